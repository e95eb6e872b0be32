// The stack's GitHub with its Actions runner, and a scripted model: what runs a job knows nothing of the app's secrets.
import { callerWorkflow } from '../../src/cli/init/caller.ts';
import { startModelServer } from '../model/server.ts';
import { ourRepository, root } from '../scene/our-repository.ts';
import { fixtureWork, scriptedAgent } from '../scene/scripted-agent.ts';
import { targetFiles } from '../scene/target-files.ts';
import { startWorld } from '../world/world.ts';
import { WorldAsked, type WorldTold } from './world-told.ts';

const { appUrl, agentsDir, sandbox } = WorldAsked.parse(JSON.parse(process.argv[2] ?? ''));
const key = 'scripted-model-key';
const work = fixtureWork();
const model = await startModelServer({ key, script: scriptedAgent(() => work) });
const world = await startWorld();
Object.assign(world.actions.runnerEnvironment, {
  GANTRY_DEPENDENCIES: root,
  GANTRY_AGENTS_DIR: agentsDir,
  GANTRY_SANDBOX: sandbox,
});
world.listen(appUrl);
await world.addRepository({ name: 'gantry', files: ourRepository() });
const sha = (await world.git('acme/gantry', ['rev-parse', 'main'])).trim();
await world.addRepository({
  name: 'rates',
  files: targetFiles('codex', callerWorkflow({ owner: 'acme', sha, server: appUrl }), {}),
});

process.once('SIGTERM', async () => {
  await world.actions.stop();
  await world.close();
  await model.close();
  process.exit(0);
});

const told: WorldTold = {
  url: world.url,
  issuer: world.actions.issuer,
  app: { id: world.app.id, privateKey: world.app.privateKey, webhookSecret: world.app.webhookSecret },
  model: { key, url: model.url },
  mona: world.person('mona').token,
};
process.stdout.write(`${JSON.stringify(told)}\n`);
