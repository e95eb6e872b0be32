// `npm run demo`: the main job from a label to a merge, on this machine, with nothing to configure.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import { AgentName } from '../../src/facts/policy.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { startProgress } from './progress.ts';
import { play, scenarios } from './story.ts';
import { page, report } from './summary.ts';

const help = `npm run demo [-- options]

  --scenario happy|not-ready|rejected|plan-edited   which story is played (happy)
  --agent codex|claude_code|gemini_cli               which agent CLI works (codex)
  --json                                             print one JSON document and nothing else
  --keep                                             leave everything running at the end
  --live                                             a real model, by OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY
`;

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'happy' },
    agent: { type: 'string', default: 'codex' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  const agent = AgentName.safeParse(values.agent);
  const scenario = scenarios.find((name) => name === values.scenario);
  if (values.help || !agent.success || !scenario) {
    process.stderr.write(help);
    return values.help ? 0 : 2;
  }
  const out = values.json ? undefined : process.stdout;
  const box = await createBubblewrap().available();
  const sandbox = box.ok ? 'bubblewrap' : 'none';
  out?.write(`Gantry's demo: GitHub, its Actions and the runner are local, ${agent.data} is the real CLI.\n`);
  out?.write(values.live ? 'The model is a real one.\n' : "Only the model's answers are scripted; all else is real.\n");
  if (!box.ok)
    out?.write(`WITHOUT A BOX: ${box.why} Only this demo may run so; the agent has the rights of your user.\n`);
  out?.write('\n');

  const progress = startProgress(out);
  const started = performance.now();
  progress.wait('the local world and the app');
  let scene: Scene | undefined;
  const opening = openScene({
    agent: agent.data,
    sandbox,
    linear: true,
    agentsDir: process.env.GANTRY_AGENTS_DIR ?? path.join(os.homedir(), '.cache', 'gantry', 'agents'),
    ...(values.live && { live: liveKeys() }),
  });
  const stop = async () => {
    progress.end();
    await (await opening.catch(() => undefined))?.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(130)));
  try {
    scene = await opening;
    const { url, linear } = scene.world;
    progress.say(`the local GitHub is ${url}, Linear is ${linear?.url}, Gantry is ${scene.app.url}`);
    const ending = await play(scene, scenario, progress, { step: values.live ? 1_800 : 120 });
    await scene.world.settle();
    progress.end();
    const told = await report(scene, ending, {
      progress,
      sandbox,
      agent: agent.data,
      live: values.live,
      durationMs: performance.now() - started,
    });
    process.stdout.write(values.json ? `${JSON.stringify(told.report, null, 2)}\n` : `${page(told)}\n`);
    out?.write(`\nPages: ${values.keep ? scene.app.signInLink() : `${scene.app.url}/ (with --keep)`}\n`);
    if (values.keep) {
      out?.write('Left running; Ctrl-C ends it.\n');
      await new Promise(() => {});
    }
    return 0;
  } catch (error) {
    progress.end();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    const problems = scene?.log.filter((line) => /"level":(40|50|60)/.test(line)).slice(-20) ?? [];
    process.stderr.write(problems.join(''));
    return 1;
  } finally {
    if (!values.keep) await stop();
  }
}

/** The same variables as the app's; only the model keys are asked for. */
function liveKeys() {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, GEMINI_API_KEY, GEMINI_BASE_URL } =
    process.env;
  const keyOf = (key: string | undefined, baseUrl: string | undefined) => (key ? { key, baseUrl } : undefined);
  return {
    openai: keyOf(OPENAI_API_KEY, OPENAI_BASE_URL),
    anthropic: keyOf(ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL),
    gemini: keyOf(GEMINI_API_KEY, GEMINI_BASE_URL),
  };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
