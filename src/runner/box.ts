// The boxes of a run: which limits they have and what their environment holds. Nothing is inherited from this process.
import { availableParallelism } from 'node:os';
import { type Box, type Inside, type Limits, mostDiskBytes, mostEntries } from '../../adapters/sandbox/contract.ts';
import type { Settings } from './ports.ts';

/** What the control plane takes as one artifact. */
export const mostBundleBytes = 100 * 1024 * 1024;

/** The end of a sentence that begins with who did it. */
export const leftTooMuch = `left more than ${mostDiskBytes / 2 ** 30} GiB or ${mostEntries.toLocaleString('en')} files in its folders, the checkout included.`;

export const boxLimits = (wallSeconds: number): Limits => ({
  wallSeconds: Math.max(1, Math.ceil(wallSeconds)),
  memoryBytes: 4 * 2 ** 30,
  // The rest is the parent's: its heartbeats must not starve.
  cpus: availableParallelism() - 0.1,
  processes: 2_048,
  fileBytes: 2 * 2 ** 30,
  diskBytes: mostDiskBytes,
  outputBytes: 64 * 1024,
});

/** Tools of the machine, then what every box has. */
const boxPath = ({ path }: Pick<Settings, 'path'>): string => [...path, '/usr/local/bin', '/usr/bin', '/bin'].join(':');

export const boxEnv =
  (
    settings: Pick<Settings, 'path'>,
    more: (inside: Inside) => Readonly<Record<string, string>> = () => ({}),
  ): Box['env'] =>
  (inside) => ({
    PATH: boxPath(settings),
    HOME: inside.home,
    TMPDIR: inside.tmp,
    LANG: 'C.UTF-8',
    CI: 'true',
    ...(inside.proxyUrl !== undefined && proxied(inside.proxyUrl)),
    ...more(inside),
  });

const proxied = (url: string): Record<string, string> => ({
  HTTP_PROXY: url,
  HTTPS_PROXY: url,
  http_proxy: url,
  https_proxy: url,
  NO_PROXY: '127.0.0.1,localhost',
  no_proxy: '127.0.0.1,localhost',
});
