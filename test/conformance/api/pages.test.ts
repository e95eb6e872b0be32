// The pages over real HTTP: what is shown of a ticket from label to merge, and that nothing of what is shown is obeyed.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pullStream, ticketStream } from '../../../src/facts/stream.ts';
import { storeArtifact } from '../../../src/journal/artifact.ts';
import { openSite, type Site } from './site.ts';
import { mia, noor, type Story, tell } from './story.ts';

let site: Site;
let story: Story;

beforeAll(async () => {
  site = await openSite();
  story = tell(site.journal);
  await story.planned(10);
  await story.approve(10);
  await story.implemented(10);
  await story.merged(10);
  await story.planned(20);
  await story.start(30, 'Blocked one');
  await story.happen(ticketStream(7, 30), {
    type: 'DispatchRefused',
    stage: 'plan',
    why: { id: 'workflow-missing', data: { file: 'gantry.yml', branch: 'main' } },
  });
});
afterAll(async () => {
  expect(site.errors).toEqual([]);
  await site.close();
});

const page = async (path: string) => {
  const answer = await site.read(path);
  return { status: answer.status, html: await answer.text(), headers: answer.headers };
};
/** What a reader sees. */
const seen = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('the list shows where open tickets stand and what they wait for', async () => {
  const open = seen((await page('/')).html);
  expect(open).toContain('acme/rates #20');
  expect(open).toContain('Waiting for approval');
  expect(open).toContain('Read the plan.');
  expect(open).toContain('Stopped, needs a person');
  expect(open).not.toContain('acme/rates #10');
  const ended = seen((await page('/?state=ended')).html);
  expect(ended).toContain('acme/rates #10');
  expect(ended).toContain('Merged');
  expect(ended).not.toContain('acme/rates #20');
});

test('one ticket from label to merge', async () => {
  const { html } = await page('/tickets/7/10');
  const text = seen(html);
  for (const part of [
    'Label ai-ready set by mia',
    'Work started by mia',
    'Pull request #11 opened as a draft',
    'Typed /approve-plan',
    'Plan approved by noor',
    'Review: approved',
    'Gate at c0ffee00 : open',
    'Merged',
    'static',
    'AC-1',
    'Every one of these held until the merge',
  ])
    expect(text).toContain(part);
  const order = ['Label', 'Work started', 'Plan approved', 'Review: approved'].map((part) =>
    text.indexOf(part, text.indexOf('What happened')),
  );
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(html).toContain('href="https://github.test/acme/rates/actions/runs/4202"');
  expect(html).toMatch(/href="\/artifacts\/[0-9a-f]{64}"/);
});

test('a run without a box is named beside one on a persistent runner', async () => {
  const stream = ticketStream(7, 20);
  const sandbox = { name: 'bubblewrap', boxed: true, unenforced: [] };
  const submission = { fence: 2, outcome: { kind: 'cancelled', why: 'enough' }, sandbox } as const;
  const usage = { calls: 0, inputTokens: 0, outputTokens: 0 };
  for (const isolation of ['none_allowed', 'reused'] as const)
    await story.happen(stream, { type: 'RunFinished', run: isolation, stage: 'plan', submission, usage, isolation });
  expect(seen((await page('/tickets/7/20')).html)).toContain(
    'not boxed in at least one run, as the operator allowed by name; boxed, on a persistent runner in at least one run',
  );
});

test('a pull request shows its gate, the verdict tree and its reviews', async () => {
  const waiting = seen((await page('/pulls/7/21')).html);
  expect(waiting).toContain('The plan is not approved yet');
  expect(waiting).toContain('plan-conformance');
  const done = seen((await page('/pulls/7/11')).html);
  expect(done).toContain('Reviews');
  expect(done).toContain('noor');
});

test('evidence is text to a browser; bundles, issue texts and unknown digests are not there', async () => {
  const { html } = await page('/tickets/7/10');
  const path = /\/artifacts\/[0-9a-f]{64}/.exec(html)?.[0] ?? '';
  const evidence = await page(path);
  expect(evidence.status).toBe(200);
  expect(evidence.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(evidence.headers.get('x-content-type-options')).toBe('nosniff');
  expect(evidence.headers.get('content-security-policy')).toContain('sandbox');
  expect(evidence.html).toContain('"run": "7-10-1"');
  const bundle = await storeArtifact(site.journal.db, Buffer.from('bytes'), 'application/x-git-bundle');
  const body = await storeArtifact(site.journal.db, Buffer.from('# body'), 'text/markdown');
  for (const digest of [bundle, body, 'a'.repeat(64), '..%2f..%2fetc'])
    expect((await page(`/artifacts/${digest}`)).status).toBe(404);
});

test('what strangers wrote stays text, wherever it is shown', async () => {
  const attack =
    '<img src=x onerror=alert(1)><script>alert(2)</script>" autofocus onfocus="alert(3)\'{{7*7}}[x](javascript:alert(4))';
  const stream = ticketStream(7, 40);
  await story.planned(40, attack);
  const comment = { id: 900, on: 40, at: '2026-03-01T09:00:00Z' };
  await story.happen(stream, {
    type: 'CommandMisread',
    text: attack,
    problem: attack,
    comment,
    by: { ...noor, login: attack.slice(0, 99) },
  });
  await story.happen(stream, {
    type: 'CommandGiven',
    command: { name: 'hold', why: attack },
    comment: { ...comment, id: 901 },
    by: mia,
    viaApp: false,
  });
  await story.happen(stream, {
    type: 'AuthorityRead',
    ask: {
      type: 'CommandGiven',
      command: { name: 'hold', why: attack },
      comment: { ...comment, id: 901 },
      by: mia,
      viaApp: false,
    },
    role: 'write',
  });
  await story.happen(stream, { type: 'GaveUp', command: attack, why: attack });
  const pull = {
    number: 50,
    nodeId: 'x',
    title: attack,
    author: mia,
    origin: 'people',
    head: { sha: 'a'.repeat(40), ref: attack },
    base: { ref: attack, sha: 'b'.repeat(40) },
    draft: false,
    state: 'open',
    merged: false,
    updatedAt: '2026-03-01T09:00:00Z',
  } as const;
  await story.happen(pullStream(7, 50), { type: 'PullObserved', action: 'opened', pull, by: mia });
  for (const path of ['/?state=all', '/tickets/7/40', '/pulls/7/41', '/pulls/7/50']) {
    const { status, html, headers } = await page(path);
    expect(status).toBe(200);
    expect(html).not.toMatch(/<(img|script)/i);
    // No attribute of ours begins with "on": whatever looks like a handler must be text.
    expect(html.match(/<[a-z][^>]*\son\w+=/gi)).toBeNull();
    expect(html).not.toMatch(/href="(?!\/|https:\/\/github\.test\/)/);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
  }
  expect(seen((await page('/tickets/7/40')).html)).toContain('&lt;script&gt;alert(2)');
});

test('addresses that are not ids lead nowhere', async () => {
  for (const path of [
    '/tickets/7/999',
    '/tickets/abc/1',
    '/tickets/7/1e3',
    '/tickets/7/-1',
    '/pulls/99/1',
    '/nothing',
    '/tickets/99999999999999999/1',
  ])
    expect((await page(path)).status, path).toBe(404);
});
