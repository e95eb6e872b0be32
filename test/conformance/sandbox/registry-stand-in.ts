// A private npm registry with one package, over real TLS: it answers nobody without its credential.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeRegistryCertificate } from '../../../adapters/sandbox/registry-certificate.ts';

export const registryHost = 'npm.acme.example';
export const registryUrl = `https://${registryHost}/team/`;

export type Asked = { method: string; path: string; headers: IncomingHttpHeaders };

export type RegistryStandIn = { port: number; asked: Asked[]; close(): Promise<void> };

const packed = (): Buffer => {
  const root = mkdtempSync(join(tmpdir(), 'gantry-package-'));
  mkdirSync(join(root, 'package'));
  writeFileSync(
    join(root, 'package/package.json'),
    JSON.stringify({ name: '@acme/small', version: '1.0.0', main: 'index.js' }),
  );
  writeFileSync(join(root, 'package/index.js'), 'module.exports = 42;\n');
  const bytes = execFileSync('tar', ['-C', root, '-czf', '-', 'package']);
  rmSync(root, { recursive: true });
  return bytes;
};

/** This process trusts it from now on, as it would trust a registry's own certificate. */
export const startRegistry = async (authorization: string): Promise<RegistryStandIn> => {
  const tarball = packed();
  const own = makeRegistryCertificate([registryHost]);
  setDefaultCACertificates([...getCACertificates('default'), own.authority]);
  const asked: Asked[] = [];
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const dist = { tarball: `${registryUrl}@acme/small/-/small-1.0.0.tgz`, integrity };
  const packument = {
    name: '@acme/small',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { name: '@acme/small', version: '1.0.0', dist } },
  };
  const server = createServer({ key: own.key, cert: own.certificate }, (request, response) => {
    const { method = '', url: path = '', headers } = request;
    asked.push({ method, path, headers });
    if (headers.authorization !== authorization) return response.writeHead(401).end('who are you');
    response.setHeader('set-cookie', 'session=signed-in');
    response.setHeader('authorization', authorization);
    if (path === '/team/moved') return response.writeHead(302, { location: 'https://cdn.example/file' }).end();
    if (path.endsWith('.tgz')) return response.end(tarball);
    if (decodeURIComponent(path) === '/team/@acme/small') return response.end(JSON.stringify(packument));
    response.writeHead(404).end('{}');
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    close: () => new Promise((closed) => void server.close(() => closed()).closeAllConnections()),
  };
};
