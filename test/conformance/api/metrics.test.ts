// The numbers over real HTTP: they are right, and no input makes a new series.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Assignment } from '../../../src/facts/run.ts';
import { ticketStream } from '../../../src/facts/stream.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { reserveCall } from '../../../src/journal/budget.ts';
import { closed, table } from './metrics-page.ts';
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
  expect(after.length).toBeLessThan(700);
  expect(after.join('\n')).not.toMatch(/acme|rates|5003|BREW|event_x/);
});

test('every label of every metric has its values from a closed list, after anything that can be told', async () => {
  for (let installation = 1; installation <= 200; installation++)
    site.metrics.githubQuota({ installation: 90_000 + installation, remaining: 5_000 - installation });
  for (const queue of ['translate', 'react', 'perform', 'converge', 'dead'] as const)
    for (const again of [true, false]) site.metrics.watch.begun(queue, 0.02, again);
  site.metrics.watch.translated(-1);
  const metrics = await site.metrics.registry.getMetricsAsJSON();
  const stray = metrics
    .filter(({ name }) => name.startsWith('gantry_'))
    .flatMap(({ name, values }) => {
      const said = new Map<string, Set<string>>();
      for (const { labels } of values)
        for (const [label, value] of Object.entries(labels))
          if (label !== 'le') said.set(label, (said.get(label) ?? new Set()).add(String(value)));
      return [...said].flatMap(([label, found]) => {
        const allowed = closed[name]?.[label];
        if (typeof allowed === 'number') return found.size <= allowed ? [] : [`${name} ${label}: ${found.size} values`];
        return [...found].filter((value) => !allowed?.includes(value)).map((value) => `${name} ${label}=${value}`);
      });
    });
  expect(stray).toEqual([]);
  const lines = await scrape();
  expect(numberOf(lines, 'gantry_github_quota_remaining{installation="90001"}')).toBe(4_999);
  expect(numberOf(lines, 'gantry_github_quota_remaining{installation="other"}')).toBe(4_800);
  expect(lines.length).toBeLessThan(1_000);
});

test('what the loop told is counted', async () => {
  const lines = await scrape();
  expect(numberOf(lines, 'gantry_queue_attempts_total{queue="perform",attempt="again"}')).toBe(1);
  expect(numberOf(lines, 'gantry_queue_wait_seconds_bucket{le="0.025",queue="react"}')).toBe(2);
  expect(numberOf(lines, 'gantry_webhook_lag_seconds_count')).toBe(1);
});

test('runs are counted by how long they took', async () => {
  await story.planned(90);
  const { db } = site.journal;
  await db
    .updateTable('run')
    .set({ claimed_at: '2026-03-01T09:00:00Z', finished_at: '2026-03-01T09:01:30Z' })
    .where('stream', '=', ticketStream(7, 90))
    .execute();
  const lines = await scrape();
  const of = (le: string) => numberOf(lines, `gantry_run_seconds_bucket{le="${le}",stage="plan",outcome="delivered"}`);
  expect(of('120') - of('60')).toBe(1);
  expect(of('+Inf')).toBe(numberOf(lines, 'gantry_run_seconds_count{stage="plan",outcome="delivered"}'));
  expect(numberOf(lines, 'gantry_run_seconds_sum{stage="plan",outcome="delivered"}')).toBeGreaterThanOrEqual(90);
  expect(of('+Inf')).toBe(numberOf(lines, 'gantry_runs{stage="plan",state="succeeded"}'));
});

test('a live run shows its budget and what it used of it', async () => {
  const before = await scrape();
  await story.start(91, 'a run that goes on');
  const { assignment } = await site.journal.db
    .selectFrom('run')
    .select('assignment')
    .limit(1)
    .executeTakeFirstOrThrow();
  const run = {
    id: 'live-1',
    stream: ticketStream(7, 91),
    repo: 7,
    assignment: Assignment.parse(assignment),
    seconds: 600,
  };
  await admit(site.journal.db, run, { repository: 99, total: 99 });
  await reserveCall(
    site.journal.db,
    site.journal.enqueue,
    'live-1',
    { input: 0, leastOutput: 1, mostOutput: 500 },
    'openai-responses',
  );
  const after = await scrape();
  const grown = (series: string) => numberOf(after, series) - numberOf(before, series);
  expect(grown('gantry_budget_tokens{of="allowed"}')).toBe(run.assignment.budget.tokens);
  expect(grown('gantry_budget_tokens{of="used"}')).toBe(500);
});

test('docs/metrics.md lists what there is', async () => {
  const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  const told = table(await site.metrics.registry.getMetricsAsJSON());
  const marked = `<!-- metrics -->\n\n${told}\n\n<!-- /metrics -->`;
  const pattern = /<!-- metrics -->[\s\S]*<!-- \/metrics -->/;
  // `vitest -u` writes the page anew.
  await expect(page.replace(pattern, () => marked)).toMatchFileSnapshot('../../../docs/metrics.md');
});

test('two apps in one process have registries of their own', async () => {
  const other = await openSite(undefined, site.journal);
  const lines = (await (await other.read('/metrics')).text()).split('\n');
  expect(numberOf(lines, 'gantry_github_requests_total{method="GET",route="pulls",status="2xx"}')).toBeNaN();
  await other.close();
});
