import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { type Egress, type EgressOptions, openEgress } from '../../../adapters/sandbox/egress.ts';

const names: Record<string, string[]> = {
  'registry.example.org': ['93.184.216.34'],
  'a.b.example.org': ['93.184.216.34'],
  'example.org': ['93.184.216.34'],
  'loop.example.org': ['127.0.0.1'],
  'mixed.example.org': ['93.184.216.34', '10.0.0.1'],
  'meta.example.org': ['169.254.169.254'],
  'six.example.org': ['::ffff:127.0.0.1'],
};

let directory: string;
let egress: Egress;
let dialled: string[];
const origin = createHttp((incoming, response) =>
  response.end(JSON.stringify({ url: incoming.url, headers: incoming.headers })),
);
const echo = createServer((socket) => socket.pipe(socket));

const portOf = (server: { address(): ReturnType<typeof origin.address> }): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const open = async (options: Partial<EgressOptions> = {}) => {
  const dial = (address: string, port: number): Socket => {
    dialled.push(`${address}:${port}`);
    return connect({ host: '127.0.0.1', port: portOf(port === 443 ? echo : origin) });
  };
  const resolve = async (host: string) => names[host] ?? [];
  const socketPath = join(directory, 'egress.sock');
  egress = await openEgress({ socketPath, allow: ['*.example.org'], resolve, dial, ...options });
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'gantry-egress-'));
  dialled = [];
  for (const server of [origin, echo]) await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  await open();
});
afterEach(async () => {
  await egress.close();
  for (const server of [origin, echo]) await new Promise((closed) => server.close(closed));
  rmSync(directory, { recursive: true, force: true });
});

type Answer = { status: number; why: unknown; body: string };

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request({ socketPath: egress.socketPath, path, headers }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, why: answer.headers['x-egress'], body }));
    })
      .on('error', reject)
      .end();
  });

const tunnel = (target: string, send = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request({ socketPath: egress.socketPath, method: 'CONNECT', path: target })
      .on('connect', (answer, socket) => {
        const result = { status: answer.statusCode ?? 0, why: answer.headers['x-egress'] };
        if (send === '') {
          socket.destroy();
          return resolve({ ...result, body: '' });
        }
        socket.once('data', (chunk: Buffer) => {
          socket.destroy();
          resolve({ ...result, body: chunk.toString() });
        });
        socket.write(send);
      })
      .on('error', reject)
      .end();
  });

describe('allowed', () => {
  test('a request reaches the resolved address with the judged host and without proxy headers', async () => {
    const answer = await get('http://registry.example.org/p?q=1', {
      host: 'internal',
      'proxy-authorization': 'x',
      accept: 'y',
    });
    expect(answer.status).toBe(200);
    const seen = JSON.parse(answer.body);
    expect(seen).toMatchObject({ url: '/p?q=1', headers: { host: 'registry.example.org', accept: 'y' } });
    expect(seen.headers).not.toHaveProperty('proxy-authorization');
    expect(dialled).toEqual(['93.184.216.34:80']);
  });

  test('a tunnel carries bytes both ways', async () => {
    expect(await tunnel('A.B.Example.org.:443', 'ping')).toEqual({ status: 200, why: undefined, body: 'ping' });
    expect(dialled).toEqual(['93.184.216.34:443']);
  });

  test('a name is resolved once: what it would resolve to next does not count', async () => {
    await egress.close();
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? ['93.184.216.34'] : ['127.0.0.1']);
    await open({ resolve });
    expect((await tunnel('registry.example.org:443', 'ping')).status).toBe(200);
    expect([asked, dialled]).toEqual([1, ['93.184.216.34:443']]);
  });
});

describe('denied', () => {
  test.each([
    ['other.example.net:443', 'not_allowed'],
    ['example.org:443', 'not_allowed'],
    ['evilexample.org:443', 'not_allowed'],
    ['registry.example.org:22', 'port'],
    ['registry.example.org:8080', 'port'],
    ['93.184.216.34:443', 'ip_literal'],
    ['127.0.0.1:443', 'ip_literal'],
    ['[::1]:443', 'ip_literal'],
    ['2130706433:443', 'ip_literal'],
    ['0x7f.1:443', 'ip_literal'],
    ['0177.0.0.1:443', 'ip_literal'],
    ['[::ffff:169.254.169.254]:443', 'ip_literal'],
    ['registry.example.org@127.0.0.1:443', 'ip_literal'],
    ['registry.example.org:443:22', 'malformed'],
    ['loop.example.org:443', 'private_address'],
    ['mixed.example.org:443', 'private_address'],
    ['meta.example.org:443', 'private_address'],
    ['six.example.org:443', 'private_address'],
    ['unknown.example.org:443', 'unresolved'],
    ['registry.example.org', 'malformed'],
    ['a@registry.example.org:443', 'malformed'],
  ])('tunnel to %s: %s', async (target, why) => {
    expect(await tunnel(target)).toMatchObject({ status: 403, why });
    expect(dialled).toEqual([]);
    expect(egress.attempts()).toMatchObject([{ kind: 'connect', decision: 'deny', why }]);
  });

  test.each([
    ['http://other.example.net/', 'not_allowed'],
    ['http://127.0.0.1/', 'ip_literal'],
    ['http://0x7f.1/', 'ip_literal'],
    ['http://[::1]/', 'ip_literal'],
    ['http://017700000001/', 'ip_literal'],
    ['http://user:secret@registry.example.org/', 'malformed'],
    ['http://registry.example.org@other.example.net/', 'malformed'],
    ['http://registry.example.org:8080/', 'port'],
    ['https://registry.example.org/', 'malformed'],
    ['/relative', 'malformed'],
  ])('request to %s: %s', async (path, why) => {
    expect(await get(path)).toMatchObject({ status: 403, why });
    expect(dialled).toEqual([]);
  });

  test('an empty list denies everything', async () => {
    await egress.close();
    await open({ allow: [] });
    expect(await tunnel('registry.example.org:443')).toMatchObject({ status: 403, why: 'not_allowed' });
  });
});

/** Bytes on one connection, as no client library would send them; answers all that comes back. */
const raw = (text: string): Promise<string> =>
  new Promise((done) => {
    let answer = '';
    const socket = connect({ path: egress.socketPath });
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('close', () => done(answer));
    socket.on('error', () => done(answer));
    socket.write(text);
  });

describe('smuggled', () => {
  const to = 'POST http://registry.example.org/ HTTP/1.1\r\nHost: registry.example.org\r\n';
  const hidden = 'GET http://other.example.net/ HTTP/1.1\r\nHost: other.example.net\r\nConnection: close\r\n\r\n';

  test.each([
    ['a length and chunks', `${to}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['two lengths', `${to}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
    ['a space before the colon', `${to}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['a folded header', `${to}X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n${hidden}`],
    ['a bare line feed', `${to}Content-Length: 0\nTransfer-Encoding: chunked\r\n\r\n${hidden}`],
    ['no request at all', 'NOT A REQUEST\r\n\r\n'],
  ])('%s: nobody is asked twice, and it is on record', async (_name, text) => {
    await raw(text);
    const denied = egress.attempts().filter(({ decision }) => decision === 'deny');
    expect(denied.length).toBeGreaterThan(0);
    expect(dialled.filter((to) => !to.startsWith('93.184.216.34:80'))).toEqual([]);
    expect(egress.attempts().filter(({ decision }) => decision === 'allow').length).toBeLessThanOrEqual(1);
  });

  test('the second request of a connection is judged by itself', async () => {
    const first = 'GET http://registry.example.org/one HTTP/1.1\r\nHost: registry.example.org\r\n\r\n';
    const answer = await raw(first + hidden);
    expect(answer).toContain('HTTP/1.1 200');
    expect(answer).toContain('HTTP/1.1 403');
    expect(
      egress
        .attempts()
        .map(({ host, decision }) => `${host} ${decision}`)
        .sort(),
    ).toEqual(['other.example.net deny', 'registry.example.org allow']);
    expect(dialled).toHaveLength(1);
  });
});

test('a head that never ends is cut and on record', async () => {
  await egress.close();
  await open({ headMs: 200 });
  expect(await raw('GET http://registry.example.org/ HTTP/1.1\r\nX-Slow: ')).toContain('400');
  expect(egress.attempts()).toMatchObject([{ decision: 'deny', why: 'malformed' }]);
});

test('every attempt is on record', async () => {
  await get('http://registry.example.org/');
  await tunnel('other.example.net:443');
  expect(egress.attempts()).toEqual([
    { at: expect.any(Number), kind: 'http', host: 'registry.example.org', port: 80, decision: 'allow' },
    {
      at: expect.any(Number),
      kind: 'connect',
      host: 'other.example.net',
      port: 443,
      decision: 'deny',
      why: 'not_allowed',
    },
  ]);
  expect(egress.total()).toBe(2);
});

const sandbox = createBubblewrap();
const available = await sandbox.available();

test.skipIf(!available.ok)(`from a box${available.ok ? '' : ` (skipped: ${available.why})`}`, async () => {
  const script = `
    const get = (path) => new Promise((done) => require('http').request(process.env.PROXY, { path }, (r) => { r.resume(); done(r.statusCode) }).end());
    (async () => console.log(await get('http://registry.example.org/'), await get('http://internal.example.net/')))();`;
  const result = await sandbox.run(
    {
      mounts: [],
      toolchains: [process.execPath],
      cwd: '/tmp',
      env: ({ proxyUrl }) => ({ PROXY: proxyUrl ?? '' }),
      egressSocket: egress.socketPath,
      limits: {
        wallSeconds: 20,
        memoryBytes: 2 ** 29,
        cpus: 1,
        processes: 64,
        fileBytes: 2 ** 20,
        diskBytes: 2e9,
        outputBytes: 4_096,
      },
    },
    [process.execPath, '-e', script],
  );
  expect(result.stdout.toString().trim()).toBe('200 403');
  expect(egress.attempts().map(({ decision }) => decision)).toEqual(['allow', 'deny']);
});
