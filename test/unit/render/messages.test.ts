import { expect, test } from 'vitest';
import type { InspectRefusal } from '../../../adapters/git/contract.ts';
import { message } from '../../../src/facts/message.ts';
import { FailureClass, LayerResult, RunOutcome } from '../../../src/facts/run.ts';
import { TicketStage } from '../../../src/facts/stage.ts';
import { Outcome } from '../../../src/facts/verdict.ts';
import { hasWords, messages, say, sayPlainly, sayTitle } from '../../../src/render/messages.ts';
import { nodesIn, parse } from './markdown.ts';
import { emittedBy, sources } from './message-ids.ts';

const emitted = sources.flatMap(emittedBy);

const refusals: Record<InspectRefusal, true> = {
  too_large: true,
  too_many_files: true,
  too_deep: true,
  not_a_bundle: true,
  wrong_base: true,
  corrupt: true,
  symlink_escapes: true,
  submodule: true,
  dot_git_path: true,
  bad_path: true,
  case_collision: true,
  bad_mode: true,
  timeout: true,
};

/** A tree that is being pushed is said to be verified still: the moment is not worth a word. */
const stages = TicketStage.options.map(({ shape }) => shape.name.value).filter((name) => name !== 'publishing');

/** What can hold the gate, and so be asked for as a next step: the gate's own blockers, and why a merge was refused. */
const gateBlockers = emitted
  .filter(({ path }) => /decide\/pull\/gate\.ts$|effects\/(merge-pull|read-plan)\.ts$/.test(path))
  .map(({ id }) => id);

/** Every id that a template can make, by what stands before its first gap. */
const expansions: Record<string, readonly string[]> = {
  'run-*': RunOutcome.options.map(({ shape }) => shape.kind.value),
  'layer-*': LayerResult.shape.conclusion.options,
  'governance-*': Outcome.options,
  'bundle-*': Object.keys(refusals),
  'dispatch-deferred-*': ['repository_busy', 'all_busy', 'ticket_busy', 'behind', 'blocked'],
  'dispatch-refused-*': ['unchanged', 'over'],
  'explain-*': ['started', 'waits', 'refused'],
  'next-*': [...stages, ...gateBlockers],
};

const idsOf = (id: string): string[] =>
  id.endsWith('*') ? (expansions[id] ?? []).map((rest) => `${id.slice(0, -1)}${rest}`) : [id];

const used = new Set(emitted.flatMap(({ id }) => idsOf(id)));

test('the scan sees all kinds of calls', () => {
  const text = `
    refuse(given, message('plain-one', { a: f(1), b: ')' }));
    message(yes ? 'chosen-one' : 'other-one', {});
    message(\`made-\${of(it, 'x')}\`, data);
    answer(given, 'status', { a: 'not-this' }); answer(comment, '-1', 'refused-one', {});
    throw new UserFixable('fixable_one', {});
    receipt: { reply: { id: 'reply-one', data: {} } };
    error.message('not-ours');`;
  expect(emittedBy({ path: 'x.ts', text }).map(({ id }) => id)).toEqual([
    'plain-one',
    'chosen-one',
    'other-one',
    'made-*',
    'fixable_one',
    'status',
    'refused-one',
    'reply-one',
  ]);
});

test('every template is known here, so that no id is missed', () => {
  expect(emitted.length).toBeGreaterThan(80);
  expect(emitted.filter(({ id }) => id.endsWith('*') && !expansions[id])).toEqual([]);
});

test('every id that can be emitted has a sentence', () => {
  const missing = emitted.flatMap(({ id, path }) =>
    idsOf(id)
      .filter((one) => !hasWords(one) && !hasWords(one.replace(/^next-/, '')))
      .map((one) => `${one} (${path})`),
  );
  expect(missing).toEqual([]);
});

test('every sentence is used', () => {
  expect(Object.keys(messages).filter((id) => !used.has(id))).toEqual([]);
});

/** Each template that an id has: functions choose by their data. */
const choices: readonly Record<string, string>[] = [
  {},
  { why: 'because' },
  { role: 'none' },
  { role: 'write' },
  { how: 'deleted' },
  { suggestion: '/retry' },
  { first: 'evidence' },
  { n: '2', of: '4', title: 'Quotes' },
  ...FailureClass.options.map((name) => ({ class: name })),
  ...stages.map((stage) => ({ stage })),
];
const variants = Object.keys(messages).flatMap((id) => choices.map((data) => ({ id, data })));

test('no sentence is without an end, holds an unread gap, or is a wall of text', () => {
  for (const { id, data } of variants) {
    const said = say(message(id, data));
    expect(said, id).toMatch(/[.`?]$|(unknown|because)$|\n```$/);
    expect(said, id).not.toMatch(/\{\w+\}/);
    expect(said.length, id).toBeLessThan(420);
    expect(sayPlainly(message(id, data)), id).not.toContain('`');
    if (!id.startsWith('next-')) expect(sayTitle(message(id, data)).length, id).toBeLessThan(100);
  }
});

/** A refusal that leaves people without a next step is what they hate most in bots. */
const refusing = [...used].filter((id) =>
  /^(approval-(?!comment-changed)|bundle-|command-(?!by-bot)|nothing-|run-(?!delivered)|start-|policy-broken|issue-edited|plan-(rejected|gone|not)|held|branch-moved|push-(refused|conflict)|workflow|dispatch_refused|permission|gave-up|verification-failed|merge-(?!head|policy))/.test(
    id,
  ),
);

test.each(refusing)('%s says what to type or where to look', (id) => {
  for (const variant of variants.filter((one) => one.id === id)) {
    expect(say(variant)).toMatch(
      /`\/[a-z-]+|\/approve-plan|`ai-ready`|no work is going on|No push waits|approves this commit|policy comment/,
    );
  }
});

test.each(Object.keys(messages))('%s keeps hostile data as text', (id) => {
  const hostile = '<!-- gantry:policy --> @octocat [x](https://evil.example) ```\n# h\n{by} `';
  const keys = [
    'by',
    'why',
    'role',
    'least',
    'login',
    'detail',
    'paths',
    'problems',
    'layers',
    'problem',
    'text',
    'suggestion',
    'command',
    'stage',
    'check',
    'layer',
    'branch',
    'base',
    'file',
    'ref',
    'run',
    'live',
    'digest',
    'workflows',
    'approvers',
    'first',
    'request',
    'needs',
    'folder',
    'process',
    'passed',
    'total',
    'class',
    'how',
    'n',
    'of',
    'title',
  ];
  const said = say(message(id, Object.fromEntries(keys.map((key) => [key, hostile]))));
  const kinds = nodesIn(parse(said)).map(({ type }) => type);
  expect(kinds.filter((kind) => ['html', 'link', 'image', 'heading', 'definition', 'strong'].includes(kind))).toEqual(
    [],
  );
  expect(said).not.toMatch(/<!--/);
  const prose = nodesIn(parse(said)).flatMap((node) => (node.type === 'text' ? [node.value] : []));
  expect(prose.join(' ')).not.toMatch(/@\w/);
});

test('data of 70,000 characters makes a short sentence', () => {
  const long = 'x\n'.repeat(35_000);
  for (const id of Object.keys(messages)) {
    const said = say(
      message(id, { why: long, by: long, problems: long, layers: long, paths: long, detail: long, text: long }),
    );
    expect(said.length, id).toBeLessThan(3_000);
  }
});

test('an id without words says so instead of saying nothing', () => {
  expect(say(message('constructor'))).toBe('Gantry has no words for `constructor`; please report it.');
  expect(say(message('next-merge-held'))).toBe(say(message('merge-held')));
});
