// Whole main jobs on Postgres with the fake agent, one fault each: what is left of them is what is left of the undisturbed
// one. `npm run test:faults` plays them all, `npm test` those that stand for the others.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialogue } from '../scenarios/dialogue.ts';
import { walkMainJob } from '../scenarios/main-job.ts';
import { undisturbed } from '../scenarios/undisturbed.ts';
import { type PostgresServer, startPostgres } from '../world/postgres.ts';
import { stories } from './stories.ts';

const everything = process.env.GANTRY_FAULTS === 'all';
/** One of the mail, one of GitHub's answers, one of the database. */
const slice = ['webhooks in another order', 'connection reset after', 'two replicas'];

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

test.each(Object.keys(stories).filter((name) => everything || slice.includes(name)))('%s', {
  timeout: 300_000,
}, async (name) => {
  const story = stories[name];
  if (!story) throw new Error(`there is no story ${name}`);
  const scene = await dialogue({ fake: true, where: { kind: 'postgres', url: await server.fresh() } });
  const { ending, issue } = await story(scene, () => walkMainJob(scene));
  const labels = ending.issue.labels.filter((label) => label.startsWith('ai-'));
  expect({ ...ending, issue: { ...ending.issue, labels } }).toEqual(undisturbed);
  expect(issue).toBe(1);
  expect(await scene.mona.pulls(scene.repo, 'all')).toHaveLength(1);
});
