// The numbers over real HTTP: they are right, and no input makes a new series.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ticketStream } from '../../../src/facts/stream.ts';
import { append } from '../../../src/journal/append.ts';
import { openSite, type Site } from './site.ts';
import { anIssue, mia, repository, type Story, tell } from './story.ts';

let site: Site;
let story: Story;
beforeAll(async () => {
  site = await openSite();
  story = tell(site.journal);
});
afterAll(async () => {
  expect(site.errors).toEqual([]);
  await site.close();
});

const scrape = async () => {
  const answer = await site.read('/metrics');
  expect(answer.headers.get('content-type')).toContain('text/plain');
  return (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
};
const numberOf = (lines: string[], series: string) =>
  Number(
    lines
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1),
  );
const ours = (lines: string[]) =>
  lines.filter((line) => line.startsWith('gantry_')).map((line) => line.replace(/ [^ ]+$/, ''));

test('what happened is counted', async () => {
  await story.planned(10);
  await site.inbox.store({ guid: 'g', event: 'issues', action: undefined, installation: 1, body: Buffer.from('{}') });
  site.metrics.githubRequest({
    method: 'GET',
    route: '/repos/{owner}/{repo}/pulls/{pull_number}',
    status: 200,
    ms: 80,
  });
  const lines = await scrape();
  expect(numberOf(lines, 'gantry_webhook_deliveries{state="stored"}')).toBe(1);
  expect(numberOf(lines, 'gantry_tickets_open{stage="awaiting_approval"}')).toBe(1);
  expect(numberOf(lines, 'gantry_runs{stage="plan",state="succeeded"}')).toBe(1);
  expect(numberOf(lines, 'gantry_runs{stage="verify",state="failed"}')).toBe(0);
  expect(numberOf(lines, 'gantry_model_tokens_total{direction="input"}')).toBe(52_310);
  expect(numberOf(lines, 'gantry_model_tokens_total{direction="output"}')).toBe(4_120);
  expect(numberOf(lines, 'gantry_github_requests_total{method="GET",route="pulls",status="2xx"}')).toBe(1);
  expect(numberOf(lines, 'gantry_github_request_seconds_count{route="pulls"}')).toBe(1);
  expect(numberOf(lines, 'gantry_facts_pending')).toBe(0);
  expect(numberOf(lines, 'process_start_time_seconds')).toBeGreaterThan(0);
});

test('a fact that nobody folds, and the jobs behind it, are seen with their age', async () => {
  const stream = ticketStream(7, 70);
  await site.journal.db.transaction().execute((tx) =>
    append(tx, site.journal.enqueue, {
      stream,
      repository,
      key: 'late',
      fact: { type: 'IssueLabeled', label: 'ai-ready', by: mia, issue: anIssue('x'), at: '2026-03-01T09:00:00Z' },
    }),
  );
  await expect
    .poll(async () => numberOf(await scrape(), 'gantry_queue_jobs{queue="react",state="ready"}'), { timeout: 10_000 })
    .toBeGreaterThan(0);
  const lines = await scrape();
  expect(numberOf(lines, 'gantry_facts_pending')).toBe(1);
  expect(numberOf(lines, 'gantry_facts_pending_oldest_seconds')).toBeGreaterThan(0);
  expect(numberOf(lines, 'gantry_queue_oldest_seconds{queue="react"}')).toBeGreaterThan(0);
  expect(numberOf(lines, 'gantry_queue_oldest_seconds{queue="dead"}')).toBe(0);
});

test('whatever comes in, the series stay the same few', async () => {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'BREW'];
  const routes = [
    '/graphql',
    '/app',
    'other',
    '/repos/{owner}/{repo}/issues/{n}/comments',
    '/repos/{owner}/{repo}/check-runs',
  ];
  const flood = (from: number) => {
    for (let n = from; n < from + 300; n++)
      for (const method of methods)
        site.metrics.githubRequest({
          method,
          route: `${routes[n % routes.length]}${n > 600 ? `/${n}` : ''}`,
          status: n,
          ms: n,
        });
  };
  flood(0);
  flood(300);
  const before = ours(await scrape());
  flood(5_000);
  for (let n = 0; n < 20; n++)
    await site.inbox.store({
      guid: `g${n}`,
      event: `event_${'x'.repeat(n)}`,
      action: `a${'y'.repeat(n)}`,
      installation: n + 1,
      body: Buffer.from('{}'),
    });
  await story.start(80, 'one more ticket');
  const after = ours(await scrape());
  // Routes of the second flood fall into the same classes, or into "other".
  expect(after.filter((series) => !before.includes(series))).toEqual([]);
  expect(after.length).toBeLessThan(400);
  expect(after.join('\n')).not.toMatch(/acme|rates|5003|BREW|event_x/);
});

test('two apps in one process have registries of their own', async () => {
  const other = await openSite(undefined, site.journal);
  const lines = (await (await other.read('/metrics')).text()).split('\n');
  expect(numberOf(lines, 'gantry_github_requests_total{method="GET",route="pulls",status="2xx"}')).toBeNaN();
  await other.close();
});
