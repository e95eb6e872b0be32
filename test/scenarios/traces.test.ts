// One webhook through the real app, as a collector sees it: one tree, from the door to the requests to GitHub.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attribute, type CollectedSpan, type Collector, startCollector } from '../scene/collector.ts';
import { until } from '../scene/until.ts';
import { dialogue, thinIssue } from './dialogue.ts';

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.close());

const names = ['receive', 'translate', 'react', 'perform', 'converge', 'github'];

test('the label on a thin issue is one tree of spans and one thread of log lines', async () => {
  const { ask, stage, quiet, world, repo, log } = await dialogue({ collector: collector.url });
  const issue = await ask(thinIssue);
  await stage(issue, 'not_ready');
  await quiet();
  const labelled = world.webhooks.log
    .map(({ letter }) => letter)
    .find(({ event, action }) => event === 'issues' && action === 'labeled');
  const guid = labelled?.guid ?? '';
  const ticket_id = `ticket:${world.repo(repo)?.id}#${issue}`;

  const trace = (): CollectedSpan[] => collector.spans.filter(({ traceId }) => traceId === guid.replaceAll('-', ''));
  const spans = await until('all spans of the delivery', () => {
    const found = trace();
    return names.every((name) => found.some((span) => span.name === name)) && found;
  });
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  expect(byId.size).toBe(spans.length);
  const parents = spans.map(({ name, parentSpanId = '' }) => `${byId.get(parentSpanId)?.name ?? '-'} > ${name}`);
  expect([...new Set(parents)].sort()).toEqual([
    '- > receive',
    'converge > github',
    'perform > github',
    'receive > converge',
    'receive > perform',
    'receive > react',
    'receive > translate',
  ]);
  expect(parents.filter((line) => line === '- > receive')).toHaveLength(1);
  const step = spans.find((span) => span.name === 'perform');
  expect(step && [attribute(step, 'command'), attribute(step, 'ticket_id')]).toEqual(['ReadStart', ticket_id]);
  expect(collector.strange).toEqual([]);

  const lines: Record<string, unknown>[] = log.map((line) => JSON.parse(line));
  const performed = lines.find(({ msg }) => msg === 'performed');
  expect(performed).toMatchObject({
    delivery_id: guid,
    ticket_id,
    harness: 'codex',
    state: 'checking',
    command: 'ReadStart',
  });
  const written = lines.filter(({ msg, target }) => msg === 'request to GitHub' && target === `notice/${issue}`);
  expect(written.map(({ delivery_id, state }) => [delivery_id, state])).toContainEqual([guid, 'not_ready']);
});

test('what the run hands in, and the pull request that comes of it, are in the trace of the label', async () => {
  const { ask, plan, world } = await dialogue({ collector: collector.url, fake: true });
  const issue = await ask();
  await plan(issue);
  const guid = world.webhooks.log
    .map(({ letter }) => letter)
    .find(({ event, action }) => event === 'issues' && action === 'labeled')?.guid;
  const done = (command: string) =>
    collector.spans.some(
      (span) => span.traceId === guid?.replaceAll('-', '') && attribute(span, 'command') === command,
    );
  await until('the whole way from the label to the pull request', () =>
    ['ReadStart', 'DispatchRun', 'InspectBundle', 'PushTree', 'OpenPull'].every(done),
  );
  expect(collector.strange).toEqual([]);
});
