// The one HTTP server of the world: it knows who asks, runs gates, faults and our own routes, and lets emulate answer
// the rest in process. Everything leaves through `send`, polished, with an ETag and a request id.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Actor, JsonObject, WorldAnswer, WorldRequest } from './contract.ts';
import { createRouter, githubError, type Router } from './router.ts';

/** 'reset': the connection is cut without an answer. */
export type FaultAnswer = WorldAnswer | 'reset' | undefined;

export interface FrontHooks {
  actorOf(authorization: string | undefined): Actor;
  pass(request: WorldRequest): Promise<WorldAnswer>;
  polish(json: unknown): unknown;
  /** Whose answer is streamed (git): asked before the body is read; true means it was handled. */
  stream(request: WorldRequest): boolean;
  faultBefore(request: WorldRequest): Promise<FaultAnswer>;
  faultAfter(request: WorldRequest): FaultAnswer;
  /** Asked in order before any route; an answer ends the request. */
  gates: ((request: WorldRequest) => WorldAnswer | undefined)[];
  /** The texts as they stand before a PATCH, for `changes` in `edited` webhooks. */
  remember(request: WorldRequest): JsonObject | undefined;
  /** After each API request; status 0: cut off. */
  seen(request: WorldRequest, status: number): void;
}

export interface FrontContext {
  actor?: Actor;
  before?: JsonObject | undefined;
}

export interface Front extends Router {
  url: string;
  errors: unknown[];
  /** The request that is being answered right now, if any. */
  context(): FrontContext | undefined;
  close(): Promise<void>;
}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function parseBody(raw: Buffer): JsonObject {
  try {
    const body: unknown = raw.length > 0 ? JSON.parse(raw.toString('utf8')) : {};
    return body !== null && typeof body === 'object' ? (body as JsonObject) : {};
  } catch {
    return {}; // not JSON: the routes see an empty body and refuse what they miss
  }
}

/** Listens at once, so that the URL is known; requests are answered once `start` was called. */
export async function openFront(): Promise<Front & { start(hooks: FrontHooks): void }> {
  const errors: unknown[] = [];
  const current = new AsyncLocalStorage<FrontContext>();
  const router = createRouter();
  let hooks: FrontHooks | undefined;

  function readRequest(req: IncomingMessage, res: ServerResponse): WorldRequest {
    const url = new URL(req.url ?? '/', origin);
    return {
      req,
      res,
      id: randomUUID(),
      method: req.method ?? 'GET',
      path: url.pathname,
      search: url.search,
      query: url.searchParams,
      headers: req.headers,
      raw: Buffer.alloc(0),
      body: {},
      actor: { kind: 'anonymous' },
      params: {},
    };
  }

  async function answer(
    h: FrontHooks,
    req: IncomingMessage,
    res: ServerResponse,
    context: FrontContext,
  ): Promise<void> {
    const request = readRequest(req, res);
    if (h.stream(request)) return;
    request.raw = await readBody(req);
    request.body = parseBody(request.raw);
    request.actor = h.actorOf(req.headers.authorization);
    context.actor = request.actor;
    const early = await h.faultBefore(request);
    if (early === 'reset') return cut(h, request);
    const out = early ?? (await decide(h, request, context));
    const late = early ? undefined : h.faultAfter(request); // applied, but the caller sees a failure
    if (late === 'reset') return cut(h, request);
    send(h, request, late ?? out);
  }

  async function decide(h: FrontHooks, request: WorldRequest, context: FrontContext): Promise<WorldAnswer> {
    const internal = request.path.startsWith('/_');
    if (request.actor.kind === 'bad' && !internal) return githubError(401, 'Bad credentials');
    for (const gate of internal ? [] : h.gates) {
      const refusal = gate(request);
      if (refusal) return refusal;
    }
    context.before = h.remember(request);
    return (await router.answer(request)) ?? (await h.pass(request));
  }

  function cut(h: FrontHooks, request: WorldRequest): void {
    h.seen(request, 0);
    request.req.socket.resetAndDestroy();
  }

  function send(h: FrontHooks, request: WorldRequest, out: WorldAnswer): void {
    const json = out.json === undefined ? undefined : JSON.stringify(h.polish(out.json));
    const raw = out.json === undefined ? (out.raw ?? Buffer.alloc(0)) : Buffer.from(json ?? '');
    const headers: Record<string, string> = {
      ...(raw.length > 0 ? { 'content-type': 'application/json; charset=utf-8' } : {}),
      ...out.headers,
      'x-github-request-id': request.id.slice(0, 18).toUpperCase(),
      'x-github-media-type': 'github.v3; format=json',
    };
    delete headers['content-length'];
    delete headers['transfer-encoding'];
    let status = out.status;
    if (request.method === 'GET' && status === 200) {
      headers.etag ??= `W/"${createHash('sha256').update(raw).digest('hex')}"`;
      if (request.headers['if-none-match'] === headers.etag) status = 304;
    }
    h.seen(request, status);
    request.res.writeHead(status, headers).end(status === 304 ? undefined : raw);
  }

  const server = http.createServer((req, res) => {
    const context: FrontContext = {};
    const work = hooks
      ? current.run(context, answer, hooks, req, res, context)
      : Promise.reject(new Error('not started'));
    work.catch((error: unknown) => {
      if (req.destroyed && !req.complete) return; // the caller left while sending: nobody to answer
      errors.push(error);
      if (!res.headersSent) res.writeHead(500, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ message: 'The local world failed; see world.errors.' }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...router,
    url: origin,
    errors,
    context: () => current.getStore(),
    start(given) {
      hooks = given;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
