// For tests of the world: a world that must end without errors and violations, an App that listens, and its API client.
import { createSign } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import type { JsonObject, World, WorldOptions } from './contract.ts';
import { startWorld } from './world.ts';

/** acme/app with one file; `violations: true` leaves them to the test. */
export async function openWorld(options: WorldOptions & { violations?: boolean } = {}): Promise<World> {
  const repositories = [{ name: 'app', files: { 'README.md': '# app\n' } }];
  const world = await startWorld({ repositories, actions: false, ...options });
  onTestFinished(async () => {
    await world.close();
    expect(world.errors).toEqual([]);
    if (!options.violations) expect(world.violations).toEqual([]);
  });
  return world;
}

export interface Heard {
  event: string;
  /** `event.action`, or the event alone. */
  name: string;
  guid: string;
  signature: string;
  raw: string;
  payload: JsonObject & { action?: string };
}

/** An App that answers `status` (202 unless changed) and keeps what it hears. */
export async function listenTo(world: World): Promise<{ heard: Heard[]; answer: { status: number } }> {
  const heard: Heard[] = [];
  const answer = { status: 202 };
  const server = http.createServer(async (req, res) => {
    let raw = '';
    for await (const part of req) raw += part;
    const payload = JSON.parse(raw) as Heard['payload'];
    const event = String(req.headers['x-github-event']);
    heard.push({
      event,
      name: payload.action === undefined ? event : `${event}.${payload.action}`,
      guid: String(req.headers['x-github-delivery']),
      signature: String(req.headers['x-hub-signature-256']),
      raw,
      payload,
    });
    res.writeHead(answer.status).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((done) => server.close(() => done()));
  });
  world.listen(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { heard, answer };
}

export type Ask = <T = JsonObject>(
  method: string,
  path: string,
  body?: JsonObject,
) => Promise<{ status: number; json: T }>;

const client =
  (world: World, token: string): Ask =>
  async <T>(method: string, path: string, body?: JsonObject) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(world.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, json: (isJson && text !== '' ? JSON.parse(text) : undefined) as T };
  };

/** With the App's JWT. */
export function asApp(world: World): Ask {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const at = Math.floor(Date.now() / 1000);
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: at - 30, exp: at + 300, iss: world.app.id })}`;
  const signature = createSign('RSA-SHA256').update(text).sign(world.app.privateKey).toString('base64url');
  return client(world, `${text}.${signature}`);
}

/** With an installation token; `options` narrow it. */
export async function asInstallation(world: World, options?: JsonObject): Promise<{ ask: Ask; token: string }> {
  const path = `/app/installations/${world.app.installationId}/access_tokens`;
  const { json } = await asApp(world)<{ token: string }>('POST', path, options);
  return { ask: client(world, json.token), token: json.token };
}
