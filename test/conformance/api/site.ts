// The routes of src/api on a real server on loopback, as src/app.ts mounts them.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { createApi } from '../../../src/api/api.ts';
import { createMetrics } from '../../../src/api/metrics.ts';
import { createMetricsRoute } from '../../../src/api/metrics-route.ts';
import { createPages } from '../../../src/api/pages.ts';
import { createSignInLinks } from '../../../src/api/sign-in-links.ts';
import type { ApiToken } from '../../../src/config/env-variables.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { createInbox } from '../../../src/journal/inbox.ts';
import { freshPglite } from '../../world/pglite.ts';

export const tokens: ApiToken[] = [
  { name: 'token-1', scopes: ['read'], token: 'a-reading-token' },
  { name: 'ops', scopes: ['pause', 'replay'], token: 'an-ops-token' },
];

export async function openSite(
  given: readonly ApiToken[] = tokens,
  on?: Journal,
  options: { publicUrl?: string } = {},
) {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const journal = on ?? (await openJournal(await freshPglite(), onError));
  const { db, enqueue } = journal;
  const inbox = createInbox(db, enqueue);
  const metrics = createMetrics();
  const server = http.createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const publicUrl = options.publicUrl ?? url;
  const links = createSignInLinks(url);
  const app = new Hono();
  app.route('/api/v1', createApi({ db, enqueue, inbox, tokens: given, publicUrl, onError }));
  app.route('/metrics', createMetricsRoute({ metrics, journal, tokens: given, publicUrl, onError }));
  app.route('/', createPages(db, given, { publicUrl, serverUrl: 'https://github.test', links, onError }));
  server.on('request', getRequestListener(app.fetch));
  const ask = (path: string, init: RequestInit = {}) => fetch(url + path, { redirect: 'manual', ...init });
  return {
    url,
    app,
    journal,
    inbox,
    metrics,
    links,
    errors,
    ask,
    /** With the reading token. */
    read: (path: string) => ask(path, { headers: { authorization: 'Bearer a-reading-token' } }),
    /** The session's cookie, as a browser would send it back. */
    async signIn(token: string, headers: Record<string, string> = {}) {
      const answer = await ask('/sign-in', {
        method: 'POST',
        body: new URLSearchParams({ token, to: '/?state=all' }),
        headers,
      });
      return { answer, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
    },
    async close() {
      await new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      });
      if (!on) await journal.close();
    },
  };
}
export type Site = Awaited<ReturnType<typeof openSite>>;
