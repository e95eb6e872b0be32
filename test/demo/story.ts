// What the demo plays: a person who asks, another who reads, approves and reviews. Each story ends as its name says.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TicketState } from '../../src/decide/ticket/state.ts';
import { ticketStream } from '../../src/facts/stream.ts';
import { readStream } from '../../src/journal/stream.ts';
import { root } from '../scene/our-repository.ts';
import type { Scene } from '../scene/scene.ts';
import { Hopeless, until } from '../scene/until.ts';
import type { Progress } from './progress.ts';

export const scenarios = ['happy', 'not-ready', 'rejected', 'plan-edited'] as const;
export type Scenario = (typeof scenarios)[number];

export type Ending = {
  outcome: string;
  /** How many requests the App had made before the label. */
  requestsBefore?: number;
  issue: number;
  pull?: number;
  head?: string;
  mergeSha?: string;
};

/** Seconds that any one step may take; a real model thinks longer than a scripted one. */
export type Patience = { step: number };

const textOf = (file: string) => {
  const [first = '', ...rest] = readFileSync(path.join(root, 'test/fixtures/issues', file), 'utf8').split('\n');
  return { title: first.replace(/^#\s*/, ''), body: rest.join('\n').trim() };
};

export async function play(scene: Scene, scenario: Scenario, progress: Progress, patience: Patience): Promise<Ending> {
  const { world, repo } = scene;
  const mona = world.person('mona');
  const issue = await mona.openIssue(repo, textOf(scenario === 'not-ready' ? 'thin.md' : 'ready.md'));
  progress.say(`mona opens issue #${issue.number}: ${issue.title}`);
  const requestsBefore = world.requests.length;
  await mona.label(repo, issue.number, 'ai-ready');
  progress.say('mona labels it ai-ready');
  const ending = await (scenario === 'not-ready'
    ? notReady(scene, issue.number, progress, patience)
    : fromPlan(scene, issue.number, scenario, progress, patience));
  return { ...ending, requestsBefore };
}

async function notReady(scene: Scene, issue: number, progress: Progress, { step }: Patience): Promise<Ending> {
  const { world, repo } = scene;
  progress.wait('the readiness check');
  const notice = await until(
    'a notice on the issue',
    async () => (await world.person('mona').comments(repo, issue)).find(({ user }) => user.type === 'Bot'),
    step,
  );
  progress.quote('Gantry answers on the issue', notice.body);
  await world.settle();
  if (world.actions.runs.size > 0) throw new Error('a runner was started for an issue that is not ready');
  return { outcome: 'not_ready', issue };
}

async function fromPlan(
  scene: Scene,
  issue: number,
  scenario: Scenario,
  progress: Progress,
  { step }: Patience,
): Promise<Ending> {
  const { world, repo } = scene;
  const will = world.person('will');
  progress.wait('the plan: readiness, a lease, a runner, the agent in its box');
  const pull = await until(
    'the plan pull request',
    async () => (await will.pulls(repo))[0] ?? failed(scene, issue),
    step,
  );
  const line = await until(
    'the line to approve the plan',
    async () => /^\/approve-plan [0-9a-f]{64}$/m.exec((await sticky(scene, pull.number)) ?? '')?.[0],
    step,
  );
  progress.say(`Gantry opens pull request #${pull.number} with the plan`);
  if (scenario === 'rejected') return rejected(scene, issue, pull.number, progress, step);

  await will.comment(repo, pull.number, line);
  progress.say(`will reads the plan and comments ${line.slice(0, 26)}…`);
  if (scenario === 'plan-edited') return planEdited(scene, issue, pull, progress, step);

  progress.wait('the implementation and its verification');
  const head = await until(
    'a verified head that waits for review',
    async () => {
      const state = await ticket(scene, issue);
      if (state?.stage.name === 'in_review') return state.head;
      return failed(scene, issue);
    },
    step,
  );
  progress.say(`Gantry pushes the verified tree as ${head.slice(0, 8)}`);
  await until(
    'the gate to ask for a review',
    async () =>
      (await will.checks(repo, head)).find(
        ({ name, conclusion }) => name === 'harness/gate' && conclusion === 'action_required',
      ),
    step,
  );
  await will.review(repo, pull.number, 'APPROVE', 'Reads well.');
  progress.say('will reviews the change and approves');
  progress.wait('the last look and the merge');
  const merged = await until(
    'the merge',
    async () => {
      const now = await will.pull(repo, pull.number);
      return now.merged && now.merge_commit_sha ? now.merge_commit_sha : failed(scene, issue);
    },
    step,
  );
  progress.say(`Gantry merges as ${merged.slice(0, 8)}`);
  await until('the ticket to be done', async () => (await ticket(scene, issue))?.stage.name === 'merged', step);
  await until(
    'the last words of the comment',
    async () => (await sticky(scene, pull.number))?.includes('Nothing is left to do.'),
    step,
  );
  return { outcome: 'merged', issue, pull: pull.number, head, mergeSha: merged };
}

async function rejected(scene: Scene, issue: number, pull: number, progress: Progress, step: number): Promise<Ending> {
  const { world, repo } = scene;
  await world
    .person('will')
    .comment(repo, pull, '/reject-plan The discount belongs into the rate card, not into the shipment.');
  progress.say('will reads the plan and comments /reject-plan The discount belongs into the rate card, …');
  await until('the plan to be sent back', async () => (await ticket(scene, issue))?.stage.name === 'blocked', step);
  await until('the comment to say so', async () => (await sticky(scene, pull))?.includes('rate card'), step);
  return { outcome: 'rejected', issue, pull };
}

async function planEdited(
  scene: Scene,
  issue: number,
  pull: { number: number; head: { ref: string } },
  progress: Progress,
  step: number,
): Promise<Ending> {
  const { world, repo } = scene;
  await until('the approval', async () => (await ticket(scene, issue))?.approval, step);
  progress.say('the approval is recorded, the implementation starts');
  const files = (await ticket(scene, issue))?.plan?.files ?? [];
  const proposal = files.find(({ path: name }) => name.endsWith('/proposal.md'))?.path ?? '';
  const text = await world.person('mona').readFile(repo, proposal, pull.head.ref);
  await world
    .person('mona')
    .putFile(repo, proposal, `${text}\nAnd while we are there: a discount for everybody.\n`, { branch: pull.head.ref });
  progress.say('mona edits the plan on the branch');
  await until(
    'the approval to be revoked',
    async () => {
      const state = await ticket(scene, issue);
      return state?.stage.name === 'awaiting_approval' && !state.approval && state.revoked;
    },
    step,
  );
  await until(
    'the comment to ask for a new approval',
    async () => (await sticky(scene, pull.number))?.includes((await ticket(scene, issue))?.plan?.digest ?? 'no digest'),
    step,
  );
  progress.say('Gantry revokes the approval and stops the run');
  return { outcome: 'approval_revoked', issue, pull: pull.number };
}

export async function ticket(scene: Scene, issue: number): Promise<TicketState | undefined> {
  const repository = scene.world.repo(scene.repo);
  const row = await readStream(scene.app.journal.db, ticketStream(repository?.id ?? 0, issue));
  return row?.state as TicketState | undefined;
}

export async function sticky(scene: Scene, pull: number): Promise<string | undefined> {
  const comments = await scene.world.person('will').comments(scene.repo, pull);
  return comments.find(({ body }) => body.startsWith('<!-- gantry:policy -->'))?.body;
}

/** A ticket that stopped will not go on by waiting: say why at once. */
async function failed(scene: Scene, issue: number): Promise<undefined> {
  const state = await ticket(scene, issue);
  if (state?.stage.name === 'blocked') throw new Hopeless(`the ticket is blocked: ${JSON.stringify(state.stage.why)}`);
  return undefined;
}
