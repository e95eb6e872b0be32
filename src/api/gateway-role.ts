// The gateway as a process of its own beside the app: the only one that holds model keys. It answers model requests of
// runs, by the run token and the same database, and nothing else.
import http from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bearerRunToken, hashRunToken } from '../intake/runner/run-token.ts';
import type { Journal } from '../journal/database.ts';
import { runByToken } from '../journal/lease.ts';
import { listen } from './listen.ts';
import { createModelCalls, type ModelCallsOptions } from './model-calls.ts';

export type GatewayRoleOptions = Omit<ModelCallsOptions, 'journal'> & {
  journal: Pick<Journal, 'db' | 'enqueue' | 'ping'>;
  /** Port 0 takes a free one. */
  http: { port: number; host: string };
};

const refused = (status: number, code: string, message: string): Response =>
  Response.json({ error: { message, code } }, { status });

const answers = (check: () => Promise<unknown>): Promise<boolean> =>
  check().then(
    () => true,
    () => false,
  );

export async function startGatewayRole(options: GatewayRoleOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { journal, log } = options;
  const calls = createModelCalls(options);
  const app = new Hono();
  app.get('/health', (context) => context.json({ status: 'up' }));
  app.get('/ready', async (context) =>
    (await answers(journal.ping)) ? context.json({ status: 'ready' }) : context.json({ status: 'database' }, 503),
  );
  app.all('/runner/model/:protocol/*', async ({ req }) => {
    const token = bearerRunToken(req.header('authorization'));
    const run = token === undefined ? undefined : await runByToken(journal.db, hashRunToken(token));
    return run
      ? calls(req.raw, run)
      : refused(401, 'token', 'The run token is missing, unknown, expired or revoked. The run has ended: stop here.');
  });
  app.notFound(() => refused(404, 'route', 'Model requests of runs only: /runner/model/<protocol>/….'));
  app.onError((error) => {
    log.error({ err: error }, 'a model request failed');
    return refused(503, 'unavailable', 'The gateway cannot answer now. Try again in a few seconds.');
  });
  const server = http.createServer(getRequestListener(app.fetch));
  return {
    url: await listen(server, options.http),
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
