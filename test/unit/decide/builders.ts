// Facts as short words. Each takes what the test is about; the rest is a small world of four people and one plan.

import { createHash } from 'node:crypto';
import type { Command } from '../../../src/facts/command-given.ts';
import type { CommandGiven } from '../../../src/facts/comment.ts';
import type { Standstill } from '../../../src/facts/control.ts';
import type { IssueSnapshot } from '../../../src/facts/issue.ts';
import { type Message, message } from '../../../src/facts/message.ts';
import type { Actor, Role } from '../../../src/facts/person.ts';
import type { PlanSnapshot } from '../../../src/facts/plan.ts';
import { Policy, type PolicyRead } from '../../../src/facts/policy.ts';
import type { PullFactOf, PullHeader, Review } from '../../../src/facts/pull.ts';
import type { PullSnapshot } from '../../../src/facts/pull-snapshot.ts';
import type { LayerResult, RunnerOutcome, Stage, Submission } from '../../../src/facts/run.ts';
import type { TicketFactOf } from '../../../src/facts/ticket.ts';
import { issueNumber, pullNumber, repositoryId } from './lifecycle.ts';

export const sha = (name: string): string => createHash('sha1').update(name).digest('hex');
export const digest = (name: string): string => createHash('sha256').update(name).digest('hex');

const person = (id: number, login: string): Actor => ({ id, login, kind: 'person' });
/** Rae asks, Ann approves, Pat pushes, Olga is an outsider, Bo a bot; we are gantry. */
export const rae = person(1, 'rae');
export const ann = person(2, 'ann');
export const pat = person(3, 'pat');
export const olga = person(4, 'olga');
export const bo: Actor = { id: 5, login: 'bo[bot]', kind: 'bot' };
export const gantry: Actor = { id: 9, login: 'gantry[bot]', kind: 'bot' };

export const at = (minute: number): string =>
  new Date(Date.parse('2026-01-01T10:00:00Z') + minute * 60_000).toISOString();

export const run = (n: number): string => `${repositoryId}-${issueNumber}-${n}`;

export const criteria = [{ id: 'AC-1', text: 'WHEN the cart holds 10 parts THEN the total is 90' }];
export const issue = (body = 'first', more: Partial<IssueSnapshot> = {}): IssueSnapshot => ({
  title: 'Add a bulk discount',
  bodyDigest: digest(body),
  criteria,
  state: 'open',
  ...more,
});

const layer = { run: 'npm test', timeoutMinutes: 10 };
export const policyWith = (more: object = {}): PolicyRead => ({
  status: 'ok',
  policy: Policy.parse({ version: 1, layers: { unit: layer }, push: 'after-verify', ...more }),
  blob: sha('policy'),
});
export const brokenPolicy: PolicyRead = {
  status: 'broken',
  blob: sha('broken'),
  problems: [{ line: 3, message: 'unknown key' }],
};

export const labelled = (by = rae, body = 'first', minute = 0, label = 'ai-ready'): TicketFactOf<'IssueLabeled'> => ({
  type: 'IssueLabeled',
  label,
  by,
  issue: issue(body),
  at: at(minute),
});
export const unlabelled = (by = rae, minute = 5, label = 'ai-ready'): TicketFactOf<'IssueUnlabeled'> => ({
  type: 'IssueUnlabeled',
  label,
  by,
  at: at(minute),
});
export const edited = (by: Actor, body: string, minute = 3): TicketFactOf<'IssueEdited'> => ({
  type: 'IssueEdited',
  by,
  issue: issue(body),
  at: at(minute),
});
export const startRead = (more: Partial<TicketFactOf<'StartRead'>> = {}): TicketFactOf<'StartRead'> => ({
  type: 'StartRead',
  by: rae,
  covers: 'event',
  role: 'write',
  issue: issue(),
  body: digest('body artifact'),
  labeled: true,
  policy: policyWith(),
  base: { ref: 'main', sha: sha('base') },
  ...more,
});

export const plan = (name = 'one', more: Partial<PlanSnapshot> = {}): PlanSnapshot => ({
  changeId: 'add-bulk-discount',
  commit: sha(`plan ${name}`),
  digest: digest(`plan ${name}`),
  baseDigest: digest('base'),
  baseRef: 'main',
  scope: ['src/**', 'test/unit/**'],
  criteria: [{ ...(criteria[0] ?? { id: 'AC-1', text: '' }), tests: [{ layer: 'unit', name: 'bulk discount' }] }],
  validation: { valid: true, problems: [] },
  files: [{ path: 'openspec/changes/add-bulk-discount/tasks.md', blob: sha(`tasks ${name}`) }],
  ...more,
});

export const dispatched = (n: number, stage: Stage, start: string): TicketFactOf<'RunDispatched'> => ({
  type: 'RunDispatched',
  run: run(n),
  stage,
  workflowRun: 100 + n,
  start,
});

const sandbox = { name: 'bubblewrap', boxed: true, unenforced: [] };
export const finished = (n: number, stage: Stage, more: Partial<Submission> = {}): TicketFactOf<'RunFinished'> => ({
  type: 'RunFinished',
  run: run(n),
  stage,
  submission: {
    fence: 1,
    outcome: { kind: 'delivered' },
    sandbox,
    ...(stage === 'verify'
      ? { layers: layersPassed }
      : { bundle: { artifact: digest(`bundle ${n}`), commit: sha(`made ${n}`) } }),
    ...more,
  },
  usage: { calls: 1, inputTokens: 100, outputTokens: 10 },
  isolation: 'box',
});
export const ended = (n: number, stage: Stage, outcome: RunnerOutcome): TicketFactOf<'RunFinished'> => {
  const fact = finished(n, stage, { outcome });
  const { bundle: _, layers: __, ...submission } = fact.submission;
  return { ...fact, submission };
};
export const lost = (n: number): TicketFactOf<'RunLost'> => ({
  type: 'RunLost',
  run: run(n),
  outcome: { kind: 'failed', class: 'infrastructure', why: 'gone' },
});

export const layersPassed: LayerResult[] = [
  { layer: 'static', conclusion: 'skipped', why: 'not configured' },
  {
    layer: 'unit',
    conclusion: 'success',
    why: '1 passed',
    tests: [{ name: 'cart > bulk discount', status: 'passed' }],
  },
  { layer: 'integration', conclusion: 'skipped', why: 'not configured' },
  { layer: 'smoke', conclusion: 'skipped', why: 'not configured' },
];
export const layersFailed: LayerResult[] = layersPassed.map((one) =>
  one.layer === 'unit' ? { ...one, conclusion: 'failure', why: '1 failed' } : one,
);

export const inspected = (n: number): TicketFactOf<'BundleInspected'> => ({
  type: 'BundleInspected',
  run: run(n),
  tree: sha(`tree ${n}`),
  files: 3,
});
export const refusedBundle = (n: number, id = 'bundle-protected'): TicketFactOf<'BundleRefused'> => ({
  type: 'BundleRefused',
  run: run(n),
  why: message(id, { paths: '.github/x.yml' }),
});
export const branch = `gantry/${issueNumber}-add-a-bulk-discount`;
export const planPushed = (n: number, of = plan()): TicketFactOf<'TreePushed'> => ({
  type: 'TreePushed',
  run: run(n),
  stage: 'plan',
  branch,
  sha: of.commit,
  plan: of,
});
export const workPushed = (n: number, head: string): TicketFactOf<'TreePushed'> => ({
  type: 'TreePushed',
  run: run(n),
  stage: 'implement',
  branch,
  sha: head,
});
export const pullOpened = (number = pullNumber): TicketFactOf<'PullOpened'> => ({
  type: 'PullOpened',
  pull: number,
  draft: true,
});

let comments = 500;
export const command = (
  given: Command,
  by = ann,
  more: Partial<CommandGiven> & { minute?: number; id?: number } = {},
): CommandGiven => {
  comments += 1;
  const { minute = 60, id = comments, ...rest } = more;
  return {
    type: 'CommandGiven',
    command: given,
    comment: { id, on: issueNumber, at: at(minute) },
    by,
    viaApp: false,
    ...rest,
  };
};
export const authority = (ask: CommandGiven, role: Role = 'write'): TicketFactOf<'AuthorityRead'> => ({
  type: 'AuthorityRead',
  ask,
  role,
});
/** A command and its right, read. */
export const allowed = (
  given: Command,
  by = ann,
  role: Role = 'write',
): [CommandGiven, TicketFactOf<'AuthorityRead'>] => {
  const ask = command(given, by);
  return [ask, authority(ask, role)];
};
export const approve = (by = ann, more: Parameters<typeof command>[2] & { digest?: string } = {}): CommandGiven => {
  const { digest: typed, ...rest } = more;
  return command({ name: 'approve-plan', ...(typed !== undefined && { digest: typed }) }, by, rest);
};
export const approvalRead = (
  ask: CommandGiven,
  more: Partial<TicketFactOf<'ApprovalRead'>> = {},
): TicketFactOf<'ApprovalRead'> => ({
  type: 'ApprovalRead',
  ask,
  role: 'write',
  genuine: true,
  bodyDigest: digest('first'),
  head: plan().commit,
  base: { ref: 'main', sha: sha('base') },
  plan: plan(),
  ...more,
});
export const startApprovalRead = (
  ask: CommandGiven,
  more: Partial<TicketFactOf<'StartApprovalRead'>> = {},
): TicketFactOf<'StartApprovalRead'> => ({
  type: 'StartApprovalRead',
  ask,
  role: 'write',
  genuine: true,
  bodyDigest: digest('first'),
  labels: ['ai-ready'],
  ...more,
});
export const planRead = (head: string, more: Partial<TicketFactOf<'PlanRead'>> = {}): TicketFactOf<'PlanRead'> => ({
  type: 'PlanRead',
  head,
  plan: plan('one', { commit: head }),
  approvalHolds: true,
  ...more,
});
export const headMoved = (head: string, by = pat, pushers = [by.id]): TicketFactOf<'HeadMoved'> => ({
  type: 'HeadMoved',
  sha: head,
  by,
  pushers,
});
export const baseMoved = (name = 'next', ref = 'main'): TicketFactOf<'BaseMoved'> => ({
  type: 'BaseMoved',
  ref,
  sha: sha(name),
});
export const gaveUp = (of: string): TicketFactOf<'GaveUp'> => ({ type: 'GaveUp', command: of, why: 'it failed' });
export const merged = (by = gantry, of = 'merge'): TicketFactOf<'PullClosed'> => ({
  type: 'PullClosed',
  pull: pullNumber,
  merged: true,
  sha: sha(of),
  by,
});
export const closed = (by = pat, number = pullNumber): TicketFactOf<'PullClosed'> => ({
  type: 'PullClosed',
  pull: number,
  merged: false,
  by,
});
export const why = (id = 'some-reason'): Message => message(id);

/** The path from the label up to each place on it. */
export const toPlanning = [labelled(), startRead(), dispatched(1, 'plan', sha('base'))];
export const toPublishingPlan = [...toPlanning, finished(1, 'plan')];
export const toAwaiting = [...toPublishingPlan, inspected(1), planPushed(1), pullOpened()];
const approval = approve();
export const toImplementing = [
  ...toAwaiting,
  approval,
  approvalRead(approval),
  dispatched(2, 'implement', plan().commit),
];
export const toVerifying = [
  ...toImplementing,
  finished(2, 'implement'),
  inspected(2),
  dispatched(3, 'verify', plan().commit),
];
export const work = sha('work');
export const toPublishing = [...toVerifying, finished(3, 'verify')];
export const toReview = [...toPublishing, workPushed(3, work)];

export const header = (more: Partial<PullHeader> = {}): PullHeader => ({
  number: pullNumber,
  nodeId: 'PR_1',
  title: 'Add a bulk discount',
  author: gantry,
  origin: 'gantry',
  issue: issueNumber,
  head: { sha: plan().commit, ref: branch },
  base: { ref: 'main', sha: sha('base') },
  draft: true,
  state: 'open',
  merged: false,
  updatedAt: at(30),
  ...more,
});
export const observed = (
  action: string,
  more: Partial<PullHeader> = {},
  by: Actor = gantry,
): PullFactOf<'PullObserved'> => ({ type: 'PullObserved', action, pull: header(more), by });
export const atHead = (head: string, minute = 40): Partial<PullHeader> => ({
  head: { sha: head, ref: branch },
  updatedAt: at(minute),
});
export const snapshot = (head: string, more: Partial<PullSnapshot> = {}): PullSnapshot => ({
  head,
  base: { ref: 'main', sha: sha('base'), governed: true },
  kind: 'gantry',
  policy: policyWith(),
  files: [{ path: 'src/cart.js', status: 'modified', inScope: true }],
  plan: plan(),
  criteria,
  secrets: [],
  ...more,
});
export const gathered = (head: string, more: Partial<PullSnapshot> = {}): PullFactOf<'PullGathered'> => ({
  type: 'PullGathered',
  head,
  snapshot: snapshot(head, more),
});
let reviews = 900;
export const review = (
  by = ann,
  state: Review['state'] = 'approved',
  commit = work,
  id?: number,
): PullFactOf<'PullReviewed'> => {
  reviews += 1;
  return { type: 'PullReviewed', review: { id: id ?? reviews, by, state, commit, at: at(50) } };
};
/** A review and its author's role, read. */
export const reviewed = (
  ...[by = ann, state, commit, id]: Parameters<typeof review>
): [PullFactOf<'PullReviewed'>, PullFactOf<'ReviewerRead'>] => {
  const given = review(by, state, commit, id);
  return [given, reviewerRead(given)];
};
export const reviewerRead = (
  { review: { id, by } }: PullFactOf<'PullReviewed'>,
  role: Role = 'write',
): PullFactOf<'ReviewerRead'> => ({ type: 'ReviewerRead', review: id, login: by.login, role });

export const standstill = (more: Partial<Standstill> = {}): Standstill => ({
  control: 1,
  scope: 'global',
  mode: 'paused',
  source: 'api',
  by: 'ops',
  why: 'an incident',
  ...more,
});
