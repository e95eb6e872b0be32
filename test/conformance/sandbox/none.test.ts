import { describe, expect, test } from 'vitest';
import { testSandbox } from '../../../adapters/sandbox/conformance.ts';
import { createUnboxed } from '../../../adapters/sandbox/none.ts';

describe('without a box', () => {
  testSandbox(createUnboxed());

  test('it never claims to be a box and names what it cannot limit', async () => {
    const sandbox = createUnboxed();
    expect(sandbox).toMatchObject({ name: 'none', boxed: false });
    const limits = {
      wallSeconds: 5,
      memoryBytes: 1,
      cpus: 1,
      processes: 1,
      fileBytes: 1,
      diskBytes: 1,
      outputBytes: 100,
    };
    const result = await sandbox.run({ mounts: [], toolchains: [], cwd: '/tmp', env: () => ({}), limits }, [
      '/bin/true',
    ]);
    expect(Object.keys(result.unenforced)).toEqual(['memoryBytes', 'cpus', 'processes', 'fileBytes']);
  });
});
