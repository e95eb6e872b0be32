// One ticket of the soak: from the label to the merge in a repository of its own, as people would do it.
import { readyIssue } from '../scenarios/issues.ts';
import { operatorOf } from '../scenarios/operator.ts';
import type { Scene } from '../scene/scene.ts';
import { until } from '../scene/until.ts';

export type TicketEnd = { ticket: number; stage: string; seconds: number; why?: string };

/** Longer than any fault lasts, retries and back-off included. */
const patience = 240;

export async function playTicket(scene: Scene, ticket: number): Promise<TicketEnd> {
  const started = performance.now();
  const { world, app } = scene;
  const gantry = operatorOf(app.url);
  const [mona, will] = [world.person('mona'), world.person('will')];
  const repo = await scene.addTarget(`soak-${ticket}`);
  const stage = async () =>
    (JSON.parse((await gantry.get(`/api/v1/tickets/${world.repo(repo)?.id}/1`)).text) as { stage?: string }).stage;
  const seconds = () => (performance.now() - started) / 1_000;
  try {
    await mona.openIssue(repo, readyIssue);
    await mona.label(repo, 1, 'ai-ready');
    const pull = await until('the pull request', async () => (await mona.pulls(repo))[0], patience);
    const line = await until(
      'the line that approves',
      async () => {
        const said = (await mona.comments(repo, pull.number)).map(({ body }) => body).join('\n');
        return /^\/approve-plan [0-9a-f]{64}$/m.exec(said)?.[0];
      },
      patience,
    );
    await will.comment(repo, pull.number, line);
    await until('the review to be due', async () => (await stage()) === 'in_review', patience);
    await will.review(repo, pull.number, 'APPROVE');
    await until('the merge', async () => (await stage()) === 'merged', patience);
    return { ticket, stage: 'merged', seconds: seconds() };
  } catch (error) {
    return { ticket, stage: (await stage().catch(() => undefined)) ?? 'none', seconds: seconds(), why: String(error) };
  }
}
