// From the comment that approves a plan to the first request of the agent that carries it out, on the local world, where a
// job is started as soon as it is dispatched: what is left is Gantry, the checkout of its runner, and the box.
import { createBubblewrap } from '../adapters/sandbox/bubblewrap.ts';
import { readyIssue } from '../test/scenarios/issues.ts';
import { openScene } from '../test/scene/scene.ts';
import { until } from '../test/scene/until.ts';
import { percentile, round1 } from './numbers.ts';

const ROUNDS = 3;

/** Middle of three tickets. `dispatchMs`: to the dispatch of the workflow; `agentMs`: to the agent's first request. */
export type AgentStartResult = { dispatchMs: number; agentMs: number; boxed: boolean };

export async function benchAgentStart(say: (line: string) => void): Promise<AgentStartResult> {
  const box = await createBubblewrap().available();
  const scene = await openScene({ fake: true, agentsDir: '/unused', sandbox: box.ok ? 'bubblewrap' : 'none' });
  const { world, model } = scene;
  const [mona, will] = [world.person('mona'), world.person('will')];
  const times = { dispatch: [] as number[], agent: [] as number[] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const repo = await scene.addTarget(`start-${round}`);
      await mona.openIssue(repo, readyIssue);
      await mona.label(repo, 1, 'ai-ready');
      const pull = await until('the pull request', async () => (await mona.pulls(repo))[0]);
      const line = await until('the line that approves', async () => {
        const said = (await mona.comments(repo, pull.number)).map(({ body }) => body).join('\n');
        return /^\/approve-plan [0-9a-f]{64}$/m.exec(said)?.[0];
      });
      const [runs, calls] = [world.actions.runs.size, model.log.length];
      const from = performance.now();
      await will.comment(repo, pull.number, line);
      await moment(() => world.actions.runs.size > runs);
      times.dispatch.push(performance.now() - from);
      await moment(() => model.log.length > calls);
      times.agent.push(performance.now() - from);
      await until('the review', async () => (await will.pull(repo, pull.number)).head.sha !== pull.head.sha);
    }
  } finally {
    await scene.close();
  }
  const result = {
    dispatchMs: round1(percentile(times.dispatch, 0.5)),
    agentMs: round1(percentile(times.agent, 0.5)),
    boxed: box.ok,
  };
  say(`dispatched after ${result.dispatchMs} ms, the agent asked after ${result.agentMs} ms`);
  return result;
}

const moment = async (seen: () => boolean): Promise<void> => {
  while (!seen()) await new Promise((next) => setTimeout(next, 5));
};
