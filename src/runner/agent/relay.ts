// Carries a box's model requests to the control plane and back, byte by byte. The run token is added here, outside the box.
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { GatewayTruth, ModelProtocol } from '../../../adapters/agent/contract.ts';

export type Relay = {
  socketPath: string;
  /** Requests so far. */
  calls(): number;
  /** What can be seen from here: statuses and ends, not why. For a control plane that cannot tell more. */
  seen(): GatewayTruth;
  close(): Promise<void>;
};

export type RelayOptions = {
  /** Where to listen; its directory is private to this process. */
  socketPath: string;
  /** No trailing slash. */
  server: string;
  token: string;
  protocol: ModelProtocol;
  onCall?: () => void;
};

type Seen = GatewayTruth['calls'][number];

/** Not passed on: what belongs to one connection, and whatever the agent takes for a credential. */
const dropped =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|expect|authorization|x-api-key|x-goog-api-key|cookie)$/i;
const keptCalls = 200;

export async function openRelay({ socketPath, server, token, protocol, onCall }: RelayOptions): Promise<Relay> {
  const target = new URL(`${server}/runner/model/${protocol}`);
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  const calls: Seen[] = [];
  let count = 0;

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    count++;
    onCall?.();
    const seen: Seen = { status: null, errorCode: null, denied: null, complete: false, refused: false };
    calls.push(seen);
    if (calls.length > keptCalls) calls.shift();
    const upstream = send({
      hostname: target.hostname.replace(/^\[|\]$/g, ''),
      port: target.port || undefined,
      method: incoming.method,
      path: `${target.pathname}${pathOf(incoming.url)}`,
      headers: { ...kept(incoming), authorization: `Bearer ${token}` },
    });
    upstream.on('response', (answer) => {
      seen.status = answer.statusCode ?? null;
      outgoing.writeHead(answer.statusCode ?? 502, kept(answer));
      // The first bytes of an event stream may be minutes after its head.
      outgoing.flushHeaders();
      answer.pipe(outgoing);
      answer.on('end', () => {
        seen.complete = answer.complete;
      });
      answer.on('error', () => outgoing.destroy());
      answer.on('aborted', () => outgoing.destroy());
    });
    upstream.on('error', () => {
      if (outgoing.headersSent) return outgoing.destroy();
      outgoing.writeHead(502, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ error: { message: 'The model gateway cannot be reached.', code: 'unreachable' } }));
    });
    // An agent that goes away must stop the provider's answer as well.
    outgoing.on('close', () => upstream.destroy());
    incoming.on('error', () => upstream.destroy());
    incoming.pipe(upstream);
  };

  const listening = createServer({ requestTimeout: 0 }, forward);
  await new Promise<void>((resolve, reject) => {
    listening.once('error', reject);
    listening.listen(socketPath, resolve);
  });
  return {
    socketPath,
    calls: () => count,
    seen: () => ({ calls: [...calls], spent: false }),
    close: () =>
      new Promise((closed) => {
        listening.close(() => closed());
        listening.closeAllConnections();
      }),
  };
}

/** `/v1/x?y`: one leading slash, and nothing that could leave the protocol's part of the gateway. */
function pathOf(url = '/'): string {
  const parsed = new URL(url.replace(/^\/+/, '/'), 'http://box.invalid');
  return parsed.pathname + parsed.search;
}

const kept = ({ headers }: IncomingMessage) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.test(name)));
