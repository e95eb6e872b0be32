// What leads out of one box beside the model: the egress proxy's socket, and trust in its certificate for registries.
import { rm, writeFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import type { Mount } from '../../adapters/sandbox/contract.ts';
import type { RunContext } from './context.ts';
import type { Egress } from './ports.ts';

export type WayOut = {
  egress: Egress;
  mounts: readonly Mount[];
  /** For the box's environment. */
  env: Readonly<Record<string, string>>;
  close(): Promise<void>;
};

/** Where programs look for certificates: Node, OpenSSL with Go and Ruby, curl, Python's requests, pip, cargo, git. */
const trustVariables = [
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'PIP_CERT'],
  ...['CARGO_HTTP_CAINFO', 'GIT_SSL_CAINFO'],
];

/** Most of these replace what the program trusts otherwise, so that is in the file too. */
const bundle = (authority: string): string =>
  [...new Set([authority, ...getCACertificates('system'), ...getCACertificates('default')])]
    .map((certificate) => `${certificate.trim()}\n`)
    .join('');

type Needs = Pick<RunContext, 'place' | 'sandbox'> & {
  assignment: Pick<RunContext['assignment'], 'egress' | 'registries'>;
  settings: Pick<RunContext['settings'], 'registryCredentials'>;
  adapters: Pick<RunContext['adapters'], 'openEgress'>;
};

export async function openWayOut({
  assignment: { egress: allow, registries: urls = [] },
  settings,
  adapters,
  place,
  sandbox,
}: Needs): Promise<WayOut> {
  // Without a box the command could read this process, and with it the credentials.
  const credentials = sandbox.boxed ? settings.registryCredentials : {};
  const socketPath = place.socket('egress');
  const egress = await adapters.openEgress({ socketPath, allow, registries: { urls, credentials } });
  if (egress.authority === undefined) return { egress, mounts: [], env: {}, close: egress.close };
  const trusted = `${socketPath}.pem`;
  await writeFile(trusted, bundle(egress.authority));
  return {
    egress,
    mounts: [{ path: trusted, writable: false }],
    env: Object.fromEntries(trustVariables.map((name) => [name, trusted])),
    async close() {
      await egress.close();
      await rm(trusted, { force: true });
    },
  };
}
