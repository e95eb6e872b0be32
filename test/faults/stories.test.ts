// Whole main jobs on Postgres with the fake agent, one fault each: what is left of them is what is left of the undisturbed
// one. `npm run test:faults` plays them all, `npm test` those that stand for the others.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dialogue, dialogue } from '../scenarios/dialogue.ts';
import { type Ending, type Walked, walkMainJob } from '../scenarios/main-job.ts';
import { undisturbed } from '../scenarios/undisturbed.ts';
import { type PostgresServer, startPostgres } from '../world/postgres.ts';
import { interventions } from './interventions.ts';
import { stories } from './stories.ts';

const everything = process.env.GANTRY_FAULTS === 'all';
/** One of the mail, one of GitHub's answers, one of the database. */
const slice = ['webhooks in another order', 'connection reset after', 'two replicas'];

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const chosen = (names: string[]) => names.filter((name) => everything || slice.includes(name));
const open = async () => dialogue({ fake: true, where: { kind: 'postgres', url: await server.fresh() } });

async function expectEnding(
  scene: Dialogue,
  { ending, issue }: Walked,
  expected: Record<keyof Ending, unknown>,
): Promise<void> {
  const labels = ending.issue.labels.filter((label) => label.startsWith('ai-'));
  expect({ ...ending, issue: { ...ending.issue, labels } }).toEqual(expected);
  expect(issue).toBe(1);
  expect(await scene.mona.pulls(scene.repo, 'all')).toHaveLength(1);
}

test.each(chosen(Object.keys(stories)))('%s', { timeout: 900_000 }, async (name) => {
  const story = stories[name];
  if (!story) throw new Error(`there is no story ${name}`);
  const scene = await open();
  await expectEnding(scene, await story(scene, () => walkMainJob(scene)), undisturbed);
});

test.each(chosen(Object.keys(interventions)))('%s', { timeout: 900_000 }, async (name) => {
  const intervention = interventions[name];
  if (!intervention) throw new Error(`there is no intervention ${name}`);
  const scene = await open();
  const walked = await walkMainJob(scene, intervention.turns);
  await expectEnding(scene, walked, { ...undisturbed, ...(intervention.runs && { runs: intervention.runs }) });
});
