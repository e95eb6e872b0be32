// Where a box's TLS to a named registry ends: each request is judged, gets the credential and goes on in TLS of our own.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, connect as secure, TLSSocket } from 'node:tls';
import type { Denial } from './egress-rule.ts';
import { makeRegistryCertificate } from './registry-certificate.ts';
import { hostOf, judgeRequest } from './registry-rule.ts';

export type Registries = {
  /** `https://host/path` each: what lies below may be read. No port, user, query or fragment. */
  urls: readonly string[];
  /** By host: the whole value of the header `Authorization`. */
  credentials: Readonly<Record<string, string>>;
};

export type RegistryDoor = {
  /** Certificate (PEM) that programs in the box must trust; absent when there is a credential for none of the registries. */
  authority: string | undefined;
  names(host: string): boolean;
  opens(host: string): boolean;
  /** The client of an accepted CONNECT to a host that it opens. `dial` connects to the address that was judged. */
  enter(host: string, client: Socket, dial: () => Socket): void;
};

type Note = (host: string, decided: { decision: 'allow' } | { decision: 'deny'; why: Denial }) => void;

const idleMs = 300_000;

/** Anything else could make another request of it for some server: another method, another path, another user. */
const asked = 'accept accept-encoding if-modified-since if-none-match range user-agent'.split(' ');

/** Of one connection, or what a client could sign in with. */
const withheld = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|authorization|set-cookie2?)$/;

const only = (headers: IncomingHttpHeaders, wanted: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => wanted(name)));

const refuse = (response: ServerResponse, why: Denial) => {
  response.writeHead(403, { 'x-egress': why, 'content-type': 'text/plain' });
  response.end(
    `This registry is open for reading below the addresses in .github/harness.yml, key registries (${why}).\n`,
  );
};

type Passage = { host: string; agent: Agent };

const forward = (
  { host, agent }: Passage,
  { authorization, path }: { authorization: string; path: string },
  incoming: IncomingMessage,
  response: ServerResponse,
) => {
  const headers = { ...only(incoming.headers, (name) => asked.includes(name)), host, authorization };
  const outgoing = request({ agent, method: incoming.method, path, headers });
  outgoing.setTimeout(idleMs, () => outgoing.destroy());
  outgoing.on('response', (answer) => {
    response.writeHead(
      answer.statusCode ?? 502,
      only(answer.headers, (name) => !withheld.test(name)),
    );
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  outgoing.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.on('close', () => outgoing.destroy());
  outgoing.end();
};

export const createRegistryDoor = ({ urls, credentials }: Registries, note: Note): RegistryDoor => {
  const named = new Set(urls.map(hostOf));
  const open = [...named].filter((host) => Object.hasOwn(credentials, host));
  const made = open.length === 0 ? undefined : makeRegistryCertificate(open);
  const context = made && createSecureContext({ key: made.key, cert: made.certificate });
  const passages = new WeakMap<object, Passage>();

  const server = createServer((incoming, response) => {
    const passage = passages.get(incoming.socket);
    const authorization = credentials[passage?.host ?? ''];
    if (passage === undefined || authorization === undefined) return response.destroy();
    const { method = '', url: target = '' } = incoming;
    const decided = judgeRequest(urls, passage.host, { method, target });
    note(passage.host, decided);
    incoming.resume();
    if (decided.decision === 'deny') return refuse(response, decided.why);
    forward(passage, { authorization, path: decided.path }, incoming, response);
  });
  const malformed = (socket: object & { destroy(): unknown }) => {
    note(passages.get(socket)?.host ?? '', { decision: 'deny', why: 'malformed' });
    socket.destroy();
  };
  server.on('clientError', (_error, socket) => malformed(socket));
  server.on('connect', (_incoming, socket) => malformed(socket));

  return {
    authority: made?.authority,
    names: (host) => named.has(host),
    opens: (host) => open.includes(host),
    enter(host, client, dial) {
      const agent = Object.assign(new Agent({ keepAlive: true }), {
        createConnection: () => {
          const raw = dial();
          const upstream = secure({ socket: raw, servername: host, ALPNProtocols: ['http/1.1'] });
          raw.on('error', () => upstream.destroy());
          return upstream;
        },
      });
      const inner = new TLSSocket(client, { isServer: true, ...(context && { secureContext: context }) });
      inner.setTimeout(idleMs, () => inner.destroy());
      // A client that does not trust the certificate hangs up: it reports that itself.
      inner.on('error', () => inner.destroy());
      inner.on('close', () => agent.destroy());
      passages.set(inner, { host, agent });
      server.emit('connection', inner);
    },
  };
};
