// The App's private key is changed without a moment in which GitHub refuses us, in the order that docs/security.md says.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGitHub } from '../../../adapters/github/octokit.ts';
import { createLog } from '../../../src/log.ts';
import { startWorld, type World } from '../../world/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ repositories: [{ name: 'app', files: { 'README.md': 'Hello' } }], actions: false });
});
afterAll(() => world.close());

/** As one start of Gantry has it. */
const started = (privateKey: string) =>
  createGitHub({ appId: world.app.id, privateKey, baseUrl: world.url, pace: 'none', log: createLog('silent') });

test('both keys are good while both exist; the process with the new one goes on when the old one is deleted', async () => {
  const { id = 0 } = world.repo('acme/app') ?? {};
  const repository = { installation: world.app.installationId, id, owner: 'acme', name: 'app' };
  const before = started(world.app.privateKey);
  expect((await before.reader.self()).botLogin).toBe('gantry[bot]');
  const second = await world.appKeys.add();
  const after = started(second);
  // Two replicas, one of them restarted: both push and both comment.
  for (const { reader, writer } of [before, after]) {
    expect(await reader.defaultBranch(repository)).toBe('main');
    expect((await writer.gitAuth(repository, 'write')).token).toMatch(/^ghs_/);
  }
  world.appKeys.drop(world.app.privateKey);
  await expect(started(world.app.privateKey).reader.self()).rejects.toThrow();
  const again = started(second);
  expect((await again.reader.self()).botLogin).toBe('gantry[bot]');
  expect((await again.writer.gitAuth(repository, 'write')).token).toMatch(/^ghs_/);
});
