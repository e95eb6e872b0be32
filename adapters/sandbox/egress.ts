// The only way out of a box beside the model: an HTTP and CONNECT proxy on a unix socket that denies by default and records.
import { lookup } from 'node:dns/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Denial, type EgressDecision, type EgressRule, judge, normalHost } from './egress-rule.ts';
import { createRegistryDoor, type Registries } from './registry.ts';

/**
 * One line of the audit. `at` is milliseconds since the epoch; `why` only on a denial. `registry` is a request on a
 * connection to a registry, which has a line of its own before.
 */
export type EgressAttempt = {
  at: number;
  kind: 'http' | 'connect' | 'registry';
  host: string;
  port: number;
  decision: 'allow' | 'deny';
  why?: Denial;
};

export type EgressOptions = {
  /** Where to listen; the directory exists and is private to this process. */
  socketPath: string;
  allow: readonly string[];
  /** Reached beside `allow`, by TLS only, with a credential that the box never sees. */
  registries?: Registries;
  /** Seams for tests; default the system's resolver and a TCP connection. */
  resolve?: EgressRule['resolve'];
  dial?: (address: string, port: number) => Socket;
  onAttempt?: (attempt: EgressAttempt) => void;
  /** How long a client may take to send a request's head; default 20 seconds. */
  headMs?: number;
};

export type Egress = {
  socketPath: string;
  /** PEM of the one certificate that the box must trust for its registries; absent when nothing is read with a credential. */
  authority: string | undefined;
  /** The first 10,000, oldest first; `onAttempt` sees all. */
  attempts(): readonly EgressAttempt[];
  /** How many there were, those that are not listed included. */
  total(): number;
  close(): Promise<void>;
};

const keptAttempts = 10_000;
const mostConnections = 256;
const connectMs = 15_000;
const idleMs = 300_000;
const headMs = 20_000;
const established = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** Headers of one connection: neither side gets the other's, and the origin's Host is the one that was judged. */
const hopHeaders = /^(connection|keep-alive|proxy-.*|te|trailer|upgrade|host)$/i;

const passed = ({ headers }: IncomingMessage) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.test(name)));

const resolveBySystem: EgressRule['resolve'] = async (host) => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    // No such name, or no resolver: the same for the box, which is told that it was denied.
    return [];
  }
};

const quiet = (...sockets: Socket[]) => {
  for (const socket of sockets) {
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      for (const other of sockets) other.destroy();
    });
  }
};

/** `host:port` of a CONNECT request; port NaN when there is none. */
const authority = (text: string): { host: string; port: number } => {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  return { host: normalHost(host), port: Number(port || Number.NaN) };
};

export const openEgress = async (options: EgressOptions): Promise<Egress> => {
  const resolve = options.resolve ?? resolveBySystem;
  const rule: EgressRule = { allow: options.allow, resolve };
  const dial = options.dial ?? ((address, port) => connect({ host: address, port, timeout: connectMs }));
  const kept: EgressAttempt[] = [];
  const open = new Set<Socket>();

  let total = 0;

  type Decided = { decision: 'allow' } | { decision: 'deny'; why: Denial };
  const note = (kind: EgressAttempt['kind'], host: string, port: number, decided: Decided) => {
    const { decision } = decided;
    const why = decided.decision === 'deny' ? { why: decided.why } : {};
    const attempt: EgressAttempt = { at: Date.now(), kind, host: host.slice(0, 253), port, decision, ...why };
    total++;
    if (kept.length < keptAttempts) kept.push(attempt);
    options.onAttempt?.(attempt);
  };

  const door = createRegistryDoor(options.registries ?? { urls: [], credentials: {} }, (host, decided) =>
    note('registry', host, 443, decided),
  );

  const decide = async (kind: 'http' | 'connect', host: string, port: number): Promise<EgressDecision> => {
    if (kind === 'http' || port !== 443 || !door.names(host)) return judge(rule, host, port);
    return door.opens(host)
      ? judge({ allow: [host], resolve }, host, port)
      : { decision: 'deny', why: 'no_credential' };
  };

  const ask = async (kind: 'http' | 'connect', host: string, port: number) => {
    const decided = await decide(kind, host, port);
    note(kind, host, port, decided);
    return decided;
  };

  const dialOpen = (address: string, port: number): Socket => {
    const origin = dial(address, port);
    open.add(origin);
    origin.on('close', () => open.delete(origin));
    return origin;
  };

  const forward = async (incoming: IncomingMessage, response: ServerResponse) => {
    const url = URL.parse(incoming.url ?? '');
    // With credentials in it, an address reads like another host.
    const plain = url?.protocol === 'http:' && url.username === '' && url.password === '';
    const host = plain ? normalHost(url.hostname) : '';
    const port = Number(url?.port || 80);
    const decided = await ask('http', host, port);
    if (decided.decision === 'deny' || url === null) return refuse(response, decided);
    const outgoing = request({
      createConnection: () => dial(decided.address, port),
      method: incoming.method,
      path: url.pathname + url.search,
      headers: { ...passed(incoming), host: url.host },
    });
    outgoing.setTimeout(idleMs, () => outgoing.destroy());
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, passed(answer));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    outgoing.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };

  const tunnel = async (target: string, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy());
    const { host, port } = authority(target);
    const decided = await ask('connect', host, port);
    if (decided.decision === 'deny') {
      client.end(`HTTP/1.1 403 Forbidden\r\nx-egress: ${decided.why}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    if (port === 443 && door.opens(host)) {
      client.write(established);
      client.unshift(head);
      door.enter(host, client, () => dialOpen(decided.address, port));
      return;
    }
    const origin = dialOpen(decided.address, port);
    quiet(client, origin);
    origin.once('connect', () => {
      client.write(established);
      origin.write(head);
      client.pipe(origin);
      origin.pipe(client);
    });
  };

  const head = options.headMs ?? headMs;
  const limits = { headersTimeout: head, connectionsCheckingInterval: Math.max(50, head / 4) };
  const server = createServer(limits, (incoming, response) => {
    forward(incoming, response).catch((error: Error) => response.destroy(error));
  });
  server.maxConnections = mostConnections;
  // Two lengths, a folded header, a head that never ends: nobody is asked to make sense of it.
  server.on('clientError', (_error, socket) => {
    note('http', '', 0, { decision: 'deny', why: 'malformed' });
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    else socket.destroy();
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('connect', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    tunnel(incoming.url ?? '', client, head).catch((error: Error) => client.destroy(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.socketPath, resolve);
  });
  return {
    socketPath: options.socketPath,
    authority: door.authority,
    attempts: () => kept,
    total: () => total,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of open) socket.destroy();
      }),
  };
};

const refuse = (response: ServerResponse, decided: { decision: 'allow' | 'deny'; why?: Denial }) => {
  const why = decided.why ?? 'malformed';
  response.writeHead(403, { 'x-egress': why, 'content-type': 'text/plain' });
  response.end(`This box may not connect there (${why}). Hosts are allowed in .github/harness.yml, key egress.\n`);
};
