// Credentials for one git process: a helper script of ours reads them from that process's environment.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitAuth } from './contract.ts';

const script = `#!/bin/sh
case "$1" in
Username*) printf '%s\\n' "$GANTRY_GIT_USERNAME" ;;
*) printf '%s\\n' "$GANTRY_GIT_PASSWORD" ;;
esac
`;

export type Askpass = (auth: GitAuth) => Promise<Record<string, string>>;

/** The answer is the environment to add. Without credentials git asks nobody and fails on a challenge. */
export const createAskpass = (dataDir: string): Askpass => {
  const path = join(dataDir, 'git', 'askpass.sh');
  let written: Promise<void> | undefined;
  const write = async () => {
    await mkdir(join(dataDir, 'git'), { recursive: true, mode: 0o700 });
    await writeFile(path, script, { mode: 0o700 });
  };
  return async (auth): Promise<Record<string, string>> => {
    const credentials = await auth();
    if (credentials === null) return {};
    written ??= write();
    await written;
    return { GIT_ASKPASS: path, GANTRY_GIT_USERNAME: credentials.username, GANTRY_GIT_PASSWORD: credentials.password };
  };
};
