// A model provider on loopback that answers by script in the provider's real protocol, streaming included.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Protocol, RequestView, Script } from './script.ts';
import { type Dialect, object, sendJson } from './wire.ts';

const DIALECTS: Record<Protocol, Dialect> = {
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};

export type LoggedRequest = {
  method: string;
  /** Path with query. */
  path: string;
  protocol: Protocol | null;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: unknown;
  /** Null until the request was understood. */
  view: RequestView | null;
  status: number;
};

export type ModelServer = {
  /** `http://127.0.0.1:<port>`, no trailing slash; serves all three protocols on their own paths. */
  url: string;
  /** Oldest first. Grows while the server runs. */
  log: readonly LoggedRequest[];
  /** Ends open streams too. */
  close(): Promise<void>;
};

export type ModelServerOptions = {
  script: Script;
  /** The one credential that is accepted. */
  key: string;
  /** 0 or absent: any free port. */
  port?: number;
};

export async function startModelServer({ script, key, port = 0 }: ModelServerOptions): Promise<ModelServer> {
  const log: LoggedRequest[] = [];
  const server = createServer((request, response) => {
    // The only failures here are a client that went away and a script that threw; both must end the connection visibly.
    serve(request, response, { script, key, log }).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

type Context = { script: Script; key: string; log: LoggedRequest[] };

async function serve(request: IncomingMessage, out: ServerResponse, { script, key, log }: Context): Promise<void> {
  const method = request.method ?? 'GET';
  const url = new URL(request.url ?? '/', 'http://model.invalid');
  const found = (Object.keys(DIALECTS) as Protocol[]).find((name) => DIALECTS[name].route(method, url) !== undefined);
  const entry: LoggedRequest = {
    method,
    path: url.pathname + url.search,
    protocol: found ?? null,
    headers: request.headers,
    body: null,
    view: null,
    status: 0,
  };
  log.push(entry);
  out.once('close', () => {
    entry.status = out.statusCode;
  });

  const bytes = await read(request);
  if (found === undefined) return sendJson(out, 404, { error: { message: `No route ${method} ${url.pathname}` } });
  const dialect = DIALECTS[found];
  if (dialect.key(request.headers, url) !== key)
    return sendJson(out, 401, dialect.error(401, 'Wrong or missing API key'));

  const body = parse(bytes);
  if (body === undefined) return sendJson(out, 400, dialect.error(400, 'The body is not JSON'));
  entry.body = body;
  const route = dialect.route(method, url) ?? {};
  const view = dialect.view(object(body), route.model);
  entry.view = view;

  const turn = view.tools.length === 0 ? await sideTurn(script, view) : await script(view);
  if (turn.fail !== undefined) {
    const { status, code, retryAfter } = turn.fail;
    const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    return sendJson(out, status, dialect.error(status, `Scripted ${status}`, code), headers);
  }
  if (turn.hang) return;
  const stream = route.stream ?? object(body).stream === true;
  if (turn.cut && !stream) out.destroy();
  else dialect.answer({ view, turn, stream, out });
}

/** Side requests get the script's failures, so that an outage is an outage for all, but never its tool calls. */
async function sideTurn(script: Script, view: RequestView) {
  const turn = await script(view);
  return turn.fail || turn.hang || turn.cut ? turn : { say: turn.say ?? 'Noted.', usage: turn.usage };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Answered as the provider would: 400.
    return undefined;
  }
}
