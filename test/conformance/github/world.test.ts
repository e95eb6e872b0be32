// The real client against the local world: no violation of GitHub's description, no failure of the world itself.
import { pino } from 'pino';
import { expect } from 'vitest';
import { type Scene, testGitHub } from '../../../adapters/github/conformance.ts';
import { createGitHub } from '../../../adapters/github/octokit.ts';
import { startWorld } from '../../world/world.ts';

const workflow = `
name: Gantry
run-name: \${{ inputs.run }}
on: { workflow_dispatch: { inputs: { run: { required: true } } } }
jobs:
  wait:
    runs-on: ubuntu-latest
    steps:
      - run: sleep 60
`;

async function openScene(): Promise<Scene> {
  const files = { 'README.md': '# app\n', '.github/workflows/gantry.yml': workflow };
  const world = await startWorld({
    repositories: [{ name: 'app', files }],
    actions: { grace: { interruptMs: 50, terminateMs: 50 } },
  });
  const row = world.repo('acme/app');
  if (!row) throw new Error('the world has no acme/app');
  return {
    github: createGitHub({
      appId: world.app.id,
      privateKey: world.app.privateKey,
      baseUrl: world.url,
      pace: 'none',
      log: pino({ level: 'silent' }),
    }),
    repo: { installation: world.app.installationId, id: row.id, owner: 'acme', name: 'app' },
    app: { appId: world.app.id, slug: world.app.slug },
    admin: world.person('root-admin'),
    writer: world.person('mona'),
    other: world.person('will'),
    triager: world.person('tess'),
    reader: world.person('rita'),
    stranger: world.person('sam'),
    settled: () => world.settle(),
    refuseUndraft: () => {
      world.refuseUndraft = true;
    },
    expireTokens: () => world.expireTokens(),
    close: async () => {
      await world.close();
      expect(world.errors).toEqual([]);
      expect(world.violations).toEqual([]);
    },
  };
}

testGitHub('the local world', openScene);
