// Only a whole box that ran proves that this machine can make one.
import { Permanent } from '../../src/errors.ts';
import type { Available, Box, Limits, Sandbox } from './contract.ts';

const limits: Limits = {
  wallSeconds: 20,
  memoryBytes: 2 ** 29,
  cpus: 1,
  processes: 64,
  fileBytes: 2 ** 20,
  diskBytes: 2 ** 29,
  outputBytes: 4_096,
};

export const tryBox = async (run: Sandbox['run']): Promise<Available> => {
  try {
    const box: Box = { mounts: [], toolchains: [], cwd: '/tmp', env: () => ({ PATH: '/usr/bin:/bin' }), limits };
    const result = await run(box, ['true']);
    if (result.exitCode === 0) return { ok: true };
    const said = result.stderr.toString('utf8').slice(-300);
    return { ok: false, why: `A trial box ended with ${result.exitCode}: ${said}` };
  } catch (error) {
    if (!(error instanceof Permanent)) throw error;
    return { ok: false, why: error.message };
  }
};
