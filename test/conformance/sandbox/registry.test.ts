// Installing from a private registry: the credential is added by the proxy, and nothing in a box can read or bend it.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createServer as createSecureServer, request as secureRequest } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect as secure } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { openEgress } from '../../../adapters/sandbox/egress.ts';
import { createUnboxed } from '../../../adapters/sandbox/none.ts';
import { makeRegistryCertificate } from '../../../adapters/sandbox/registry-certificate.ts';
import { boxEnv, boxLimits } from '../../../src/runner/box.ts';
import { openWayOut, type WayOut } from '../../../src/runner/way-out.ts';
import { type RegistryStandIn, registryHost, registryUrl, startRegistry } from './registry-stand-in.ts';

const secret = 'canary-of-the-registry-0123456789';
const credential = `Bearer ${secret}`;
const sandbox = createBubblewrap();
const available = await sandbox.available();
const npm = existsSync('/usr/bin/npm');

let registry: RegistryStandIn;
let root: string;
let out: WayOut;
let dialled: string[];
/** Another host: it notes every byte that reaches it. */
const elsewhere = createServer((socket) => {
  socket.on('data', (chunk) => heard.push(chunk)).on('error', () => {});
});
const heard: Buffer[] = [];

const portOf = (server: { address(): ReturnType<typeof elsewhere.address> }): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

type Over = {
  credentials?: Record<string, string>;
  egress?: string[];
  sandbox?: typeof sandbox;
  addresses?: string[];
  port?: number;
};

const open = async (over: Over = {}) => {
  dialled = [];
  const addresses = over.addresses ?? ['93.184.216.34'];
  const dial = (address: string, port: number): Socket => {
    dialled.push(`${address}:${port}`);
    return connect({
      host: '127.0.0.1',
      port: address === '93.184.216.35' ? portOf(elsewhere) : (over.port ?? registry.port),
    });
  };
  const resolve = async (host: string) => (host === 'cdn.example' ? ['93.184.216.35'] : addresses);
  let sockets = 0;
  out = await openWayOut({
    assignment: { egress: over.egress ?? [], registries: [registryUrl] },
    settings: { registryCredentials: over.credentials ?? { [registryHost]: credential } },
    adapters: { openEgress: (options) => openEgress({ ...options, resolve, dial }) },
    place: {
      root,
      folder: async (name) => join(root, name),
      socket: (name) => join(root, `${name}-${++sockets}.sock`),
      remove: async () => {},
    },
    sandbox: over.sandbox ?? sandbox,
  });
};

beforeAll(async () => {
  registry = await startRegistry(credential);
  await new Promise<void>((ready) => elsewhere.listen(0, '127.0.0.1', ready));
});
afterAll(async () => {
  await registry.close();
  await new Promise((closed) => elsewhere.close(closed));
});
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-registry-')));
  registry.asked.length = 0;
  heard.length = 0;
});
afterEach(async () => {
  await out.close();
  expect(existsSync(join(root, 'egress-1.sock.pem'))).toBe(false);
  rmSync(root, { recursive: true, force: true });
});

const tunnel = (target: string): Promise<{ status: number; why: unknown; socket: Socket }> =>
  new Promise((resolve, reject) => {
    request({ socketPath: out.egress.socketPath, method: 'CONNECT', path: target })
      .on('connect', (answer, socket) =>
        resolve({ status: answer.statusCode ?? 0, why: answer.headers['x-egress'], socket }),
      )
      .on('error', reject)
      .end();
  });

type Answer = { status: number; why: unknown; headers: IncomingHttpHeaders; body: string };

/** One request as a program in the box would make it, which trusts the box's certificate. */
const ask = async (method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> => {
  const { socket } = await tunnel(`${registryHost}:443`);
  const inner = secure({ socket, servername: registryHost, ca: out.egress.authority ?? '' });
  return new Promise((resolve, reject) => {
    const asking = secureRequest({ createConnection: () => inner, method, path, headers }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('end', () => {
        inner.destroy();
        const why = answer.headers['x-egress'];
        resolve({ status: answer.statusCode ?? 0, why, headers: answer.headers, body });
      });
    });
    asking.on('error', reject);
    asking.end();
  });
};

const attempts = () => out.egress.attempts().map((one) => ({ ...one, at: 0 }));

describe('a request to a registry', () => {
  test('carries the credential, and only headers that read; the answer brings none', async () => {
    await open();
    const answer = await ask('GET', '/team/@acme%2fsmall', {
      accept: 'application/json',
      authorization: 'Bearer of-the-box',
      cookie: 'a=b',
      'x-http-method-override': 'DELETE',
      'x-original-url': '/api/security/apiKey',
    });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(registry.asked).toEqual([
      {
        method: 'GET',
        path: '/team/@acme%2fsmall',
        headers: {
          accept: 'application/json',
          authorization: credential,
          host: registryHost,
          connection: 'keep-alive',
        },
      },
    ]);
    expect(dialled).toEqual(['93.184.216.34:443']);
    expect(attempts()).toMatchObject([
      { kind: 'connect', host: registryHost, port: 443, decision: 'allow' },
      { kind: 'registry', host: registryHost, port: 443, decision: 'allow' },
    ]);
  });

  test.each([
    ['PUT', '/team/@acme%2fsmall', 'method'],
    ['POST', '/team/-/npm/v1/tokens', 'method'],
    ['GET', '/team/-/whoami', 'path'],
    ['GET', '/api/security/apiKey', 'path'],
    ['GET', '/team/..%2f..%2fapi/security/apiKey', 'malformed'],
  ])('%s %s is refused: %s', async (method, path, why) => {
    await open();
    expect(await ask(method, path)).toMatchObject({ status: 403, why });
    expect([registry.asked, dialled]).toEqual([[], []]);
    expect(attempts()[1]).toMatchObject({ kind: 'registry', host: registryHost, decision: 'deny', why });
  });

  test('a redirect is not followed, and where it leads gets no credential', async () => {
    await open({ egress: ['cdn.example'] });
    const answer = await ask('GET', '/team/moved');
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://cdn.example/file' } });
    expect(registry.asked).toHaveLength(1);
    const { socket } = await tunnel('cdn.example:443');
    socket.write('what the box itself says');
    await expect.poll(() => Buffer.concat(heard).toString()).toBe('what the box itself says');
    socket.destroy();
  });

  test('without TLS the registry is not reached', async () => {
    await open();
    const path = `http://${registryHost}/team/small`;
    const status = await new Promise((resolve) =>
      request({ socketPath: out.egress.socketPath, path }, (answer) => resolve(answer.resume().statusCode)).end(),
    );
    expect([status, dialled]).toEqual([403, []]);
  });

  test('a server that cannot prove to be the registry is asked nothing', async () => {
    const own = makeRegistryCertificate([registryHost]);
    let asked = 0;
    const impostor = createSecureServer({ key: own.key, cert: own.certificate }, (_request, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((ready) => impostor.listen(0, '127.0.0.1', ready));
    await open({ port: portOf(impostor) });
    expect((await ask('GET', '/team/small')).status).toBe(502);
    expect(asked).toBe(0);
    await new Promise((closed) => impostor.close(closed));
  });

  test('an address that is not public is refused', async () => {
    await open({ addresses: ['10.0.0.1'] });
    expect(await tunnel(`${registryHost}:443`)).toMatchObject({ status: 403, why: 'private_address' });
  });

  test.each<[string, Over]>([
    ['the runner has none', { credentials: {} }],
    ['there is no box', { sandbox: createUnboxed() }],
  ])('no credential: %s', async (_name, over) => {
    await open(over);
    expect(await tunnel(`${registryHost}:443`)).toMatchObject({ status: 403, why: 'no_credential' });
    expect(out.egress.authority).toBeUndefined();
    expect([out.mounts, out.env, dialled]).toEqual([[], {}, []]);
  });
});

const skip = available.ok ? (npm ? '' : ' (skipped: /usr/bin/npm is missing)') : ` (skipped: ${available.why})`;

describe.skipIf(skip !== '')(`npm install in a box${skip}`, () => {
  const install = async (script: string) => {
    const workspace = join(root, 'workspace');
    mkdirSync(workspace);
    writeFileSync(join(workspace, 'package.json'), JSON.stringify({ dependencies: { '@acme/small': '1.0.0' } }));
    const npmrc = `@acme:registry=${registryUrl}\n//${registryHost}/team/:_authToken=\${NPM_TOKEN}\n`;
    writeFileSync(join(workspace, '.npmrc'), npmrc);
    const result = await sandbox.run(
      {
        mounts: [{ path: workspace, writable: true }, ...out.mounts],
        toolchains: [process.execPath],
        cwd: workspace,
        env: boxEnv({ path: [dirname(process.execPath)] }, () => out.env),
        egressSocket: out.egress.socketPath,
        limits: boxLimits(60),
      },
      ['/bin/sh', '-c', script],
    );
    return { workspace, result, text: `${result.stdout}${result.stderr}` };
  };

  test('a repository’s own settings are enough, and the credential is nowhere in the box', {
    timeout: 90_000,
  }, async () => {
    await open();
    // What it looks for is put together here, so that the search does not find itself.
    const [begin, end] = [secret.slice(0, 9), secret.slice(9)];
    const { workspace, result, text } = await install(`
      npm install --no-audit --no-fund && node -p 'require("@acme/small")'
      looked=0; wanted=${begin}; wanted=$wanted${end}
      for f in /proc/[0-9]*/environ /proc/[0-9]*/cmdline $(find "$HOME" /tmp /run /etc ${root} -type f 2>/dev/null); do
        looked=$((looked+1)); grep -q "$wanted" "$f" 2>/dev/null && echo "found in $f"
      done
      env | grep "$wanted"; echo "looked at $looked"`);
    expect(text).toMatch(/^42$/m);
    expect(Number(/looked at (\d+)/.exec(text)?.[1])).toBeGreaterThan(10);
    expect(text).not.toContain('found in');
    expect(text).not.toContain(secret);
    expect(result.exitCode).toBe(0);
    // The lockfile that a pull request brings names the registry, not this machine.
    const lock = JSON.parse(readFileSync(join(workspace, 'package-lock.json'), 'utf8'));
    expect(lock.packages['node_modules/@acme/small'].resolved).toBe(`${registryUrl}@acme/small/-/small-1.0.0.tgz`);
    expect(registry.asked.map(({ headers }) => headers.authorization)).toEqual(registry.asked.map(() => credential));
    expect(registry.asked.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(out.egress.attempts())).not.toContain(secret);
    expect(attempts()).toContainEqual({ at: 0, kind: 'registry', host: registryHost, port: 443, decision: 'allow' });
  });

  test('publishing is refused and on record', { timeout: 90_000 }, async () => {
    await open();
    const { result } = await install(
      `echo '{"name":"@acme/evil","version":"1.0.0"}' > package.json; npm publish --registry=${registryUrl}`,
    );
    expect(result.exitCode).not.toBe(0);
    expect(registry.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(out.egress.attempts()).toContainEqual(expect.objectContaining({ kind: 'registry', why: 'method' }));
  });
});
