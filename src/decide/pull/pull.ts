// The life of a pull request: what is gathered for a head, what its ticket is told, and when the next step is due.
import type { CommandGiven } from '../../facts/comment.ts';
import { PullFact, type PullFactOf } from '../../facts/pull.ts';
import { ticketStream } from '../../facts/stream.ts';
import type { TicketFact } from '../../facts/ticket.ts';
import type { Command } from '../command.ts';
import type { Context, Decision, Lifecycle, Told } from '../contract.ts';
import { desiredOfPull } from './desired.ts';
import { evolvePull, isStale } from './evolve.ts';
import { blockers, candidates } from './gate.ts';
import { initialPull, isOpen, type PullState } from './state.ts';

type PullDecision = Decision<PullFact>;
type Rule<Type extends PullFact['type']> = (state: PullState, fact: PullFactOf<Type>, context: Context) => PullDecision;

/** Seconds after which a merge that GitHub could not decide yet is tried again. */
const mergeAgainSeconds = 10;

const nothing: PullDecision = {};

const rules: { [Type in PullFact['type']]?: Rule<Type> } = {
  PullObserved: observed,
  TicketReported: (state, { report }) =>
    gatherIf(state, report.plan?.digest !== state.ticket?.plan?.digest, { ...state, ticket: report }),
  BaseMoved: (state, { ref }) => gatherIf(state, ref === state.header?.base.ref),
  CheckRerequested: (state) => gatherIf(state, true),
  CommandGiven: commandGiven,
  CommandMisread: (_, { text, problem, suggestion, comment, by }) =>
    by.kind === 'bot'
      ? nothing
      : answer(comment, '-1', 'command-misread', { text, problem, suggestion: suggestion ?? '', by: by.login }),
  CommentChanged: (state, fact, context) => ({ tell: told(state, context, fact) }),
  MergeRefused: (_, { again }, { now }) =>
    again ? { wakeAt: new Date(now.getTime() + mergeAgainSeconds * 1_000) } : nothing,
  Woken: () => ({ wakeAt: null }),
};

function observed(state: PullState, { pull, by }: PullFactOf<'PullObserved'>, context: Context): PullDecision {
  if (isStale(state, pull)) return nothing;
  const { header } = state;
  const next: PullState = evolvePull(state, { type: 'PullObserved', action: '', pull, by });
  const moved = header !== undefined && header.head.sha !== pull.head.sha;
  const ended = pull.state === 'closed' && header?.state !== 'closed';
  const tells: TicketFact[] = [
    ...(moved && by.id !== pull.author.id
      ? [{ type: 'HeadMoved', sha: pull.head.sha, by, pushers: next.pushers } as const]
      : []),
    ...(header && header.base.ref !== pull.base.ref ? [{ type: 'PullRetargeted', base: pull.base.ref } as const] : []),
    ...(ended
      ? [{ type: 'PullClosed', merged: pull.merged, by, ...(pull.mergeSha && { sha: pull.mergeSha }) } as const]
      : []),
    ...(header ? [] : state.unheard.filter(() => pull.issue !== undefined)),
  ];
  const gather = gatherIf(next, !header || moved || header.base.ref !== pull.base.ref || header.state !== pull.state);
  return { ...gather, tell: tells.flatMap((fact) => told(next, context, fact)) };
}

/** Only our own pull requests have a ticket, and the branch name says which. */
function told({ header }: PullState, { repositoryId }: Context, fact: TicketFact): Told[] {
  return header?.origin === 'gantry' && header.issue !== undefined
    ? [{ stream: ticketStream(repositoryId, header.issue), fact }]
    : [];
}

function gatherIf(state: PullState, due: boolean, as: PullState = state): PullDecision {
  const { header, ticket } = as;
  if (!due || !header || header.state !== 'open') return nothing;
  return {
    commands: [
      {
        type: 'GatherPull',
        pull: header.number,
        origin: header.origin,
        head: header.head.sha,
        base: header.base.ref,
        criteria: ticket?.criteria ?? [],
        ...(ticket?.plan && { plan: ticket.plan }),
      },
    ],
  };
}

function commandGiven(state: PullState, given: CommandGiven, context: Context): PullDecision {
  if (!state.header) return nothing;
  const tell = told(state, context, { ...given, pushers: state.pushers });
  if (tell.length > 0) return { tell };
  if (given.by.kind === 'bot') return answer(given.comment, '-1');
  return given.command.name === 'harness help'
    ? answer(given.comment, 'rocket', 'help')
    : answer(given.comment, '-1', 'command-without-ticket', { command: given.command.name, by: given.by.login });
}

const answer = (
  comment: CommandGiven['comment'],
  reaction: 'rocket' | '-1',
  id?: string,
  data: Record<string, string> = {},
): PullDecision => ({
  facts: [
    {
      type: 'CommentAnswered',
      receipt: { comment: comment.id, on: comment.on, reaction, ...(id !== undefined && { reply: { id, data } }) },
    },
  ],
});

/** What is due because of how things stand now, whatever fact led here. Each step is asked for once per head. */
function stepsDue(state: PullState): PullDecision {
  const { header, ticket, steps } = state;
  if (!header || !isOpen(state) || header.origin !== 'gantry' || !ticket) return nothing;
  const head = header.head.sha;
  const take = (step: 'ready' | 'review' | 'merge', command: Command): PullDecision =>
    steps[step] === head ? nothing : { facts: [{ type: 'StepTaken', step, head }], commands: [command] };
  const policy = state.snapshot?.policy.status === 'ok' ? state.snapshot.policy.policy : undefined;
  const open = blockers(state);
  const approvers = policy?.approval.approvers ?? [];
  const inReview = ticket.stage === 'in_review';
  return join(
    inReview && header.draft && !state.readyRefused
      ? take('ready', { type: 'MarkReady', nodeId: header.nodeId })
      : nothing,
    inReview && approvers.length > 0 && open.some(({ why }) => why.id.startsWith('gate-needs-review'))
      ? take('review', { type: 'AskReview', pull: header.number, of: approvers })
      : nothing,
    open.length === 0 && policy?.merge.by !== 'people' ? take('merge', merge(state)) : nothing,
  );
}

function merge(state: PullState): Command {
  const { header, ticket, snapshot } = state;
  const policy = snapshot?.policy.status === 'ok' ? snapshot.policy : undefined;
  return {
    type: 'MergePull',
    pull: header?.number ?? 0,
    head: header?.head.sha ?? '',
    base: header?.base.ref ?? '',
    title: header?.title ?? '',
    reviewers: candidates(state).map(({ by }) => by.login),
    policyBlob: policy?.blob ?? '',
    times: state.rerequested['harness/gate'] ?? 0,
    method: policy?.policy.merge.method ?? 'squash',
    ...(ticket?.approval &&
      ticket.plan &&
      ticket.requester && {
        ticket: {
          issue: ticket.issue,
          requester: ticket.requester,
          bodyDigest: ticket.approval.bodyDigest,
          changeId: ticket.plan.changeId,
          planDigest: ticket.approval.planDigest,
          baseDigest: ticket.approval.baseDigest,
          approver: ticket.approval.by.login,
        },
      }),
  };
}

/** The gate's nearest blocker goes on record whenever it changes. */
function gateChange(state: PullState): PullDecision {
  const { header, gate } = state;
  if (!header || !isOpen(state)) return nothing;
  const [first] = blockers(state);
  const title = first?.why.id ?? 'open';
  if (gate?.head === header.head.sha && gate.title === title) return nothing;
  return {
    facts: [{ type: 'GateDecided', head: header.head.sha, open: !first, ...(first && { blocker: first.why }) }],
  };
}

const join = (...decisions: PullDecision[]): PullDecision => ({
  facts: decisions.flatMap((one) => one.facts ?? []),
  commands: decisions.flatMap((one) => one.commands ?? []),
  tell: decisions.flatMap((one) => one.tell ?? []),
  ...decisions.reduce((last, { wakeAt }) => (wakeAt === undefined ? last : { wakeAt }), {}),
});

function decide(state: PullState, fact: PullFact, context: Context): PullDecision {
  // The table pairs each fact with the rule of its type; TypeScript cannot follow that through the union.
  const rule = rules[fact.type] as Rule<PullFact['type']> | undefined;
  const decision = rule?.(state, fact, context) ?? nothing;
  const after = [fact, ...(decision.facts ?? [])].reduce(evolvePull, state);
  return join(decision, stepsDue(after), gateChange(after));
}

export const pullLifecycle: Lifecycle<PullState, PullFact> = {
  kind: 'pull',
  version: 1,
  initial: initialPull,
  fact: PullFact,
  decide,
  evolve: evolvePull,
  desired: desiredOfPull,
  index: (state) => ({
    open: !state.header || isOpen(state),
    head: state.header?.head.sha ?? null,
    base: state.header?.base.ref ?? null,
  }),
};
