// What happened to one pull request, Gantry's own or anybody's.
import { z } from 'zod';
import { Approval } from './approval.ts';
import { BudgetUse } from './budget.ts';
import { CommandGiven, CommandMisread, Receipt } from './comment.ts';
import { Compacted } from './compacted.ts';
import { ControlChanged, Standstill } from './control.ts';
import { Message } from './message.ts';
import { Actor, Role } from './person.ts';
import { Criterion, Phase, PlanSnapshot } from './plan.ts';
import { PullSnapshot } from './pull-snapshot.ts';
import { FailureClass, Isolation, LayerResult, RunOutcome, Stage } from './run.ts';

const fact = <const Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape });

/** `origin`: gantry = opened by our App from a branch gantry/<issue>-…; fork = the head lives in another repository. */
export const PullHeader = z.strictObject({
  number: z.int(),
  nodeId: z.string(),
  title: z.string().max(1_000),
  author: Actor,
  origin: z.enum(['gantry', 'people', 'fork']),
  /** The issue that the branch name carries; only for origin gantry. */
  issue: z.int().optional(),
  head: z.strictObject({ sha: z.string(), ref: z.string() }),
  base: z.strictObject({ ref: z.string(), sha: z.string() }),
  draft: z.boolean(),
  state: z.enum(['open', 'closed']),
  merged: z.boolean(),
  mergeSha: z.string().optional(),
  /** GitHub's updated_at: of two headers the later one is newer. */
  updatedAt: z.string(),
});
export type PullHeader = z.infer<typeof PullHeader>;

export const Review = z.strictObject({
  id: z.int(),
  by: Actor,
  state: z.enum(['approved', 'changes_requested', 'commented', 'dismissed']),
  commit: z.string(),
  at: z.string(),
});
export type Review = z.infer<typeof Review>;

/** One run as the sticky comment lists it. `outcome` is absent while it goes on. */
export const RunLine = z.strictObject({
  run: z.string(),
  stage: Stage,
  phase: Phase.optional(),
  workflowRun: z.int().optional(),
  outcome: RunOutcome.optional(),
  /** Digest of what it handed in beside its result. */
  evidence: z.string().optional(),
  /** The budget that ended it. */
  exceeded: BudgetUse.optional(),
});
export type RunLine = z.infer<typeof RunLine>;

/** All that a pull request shows and judges of its ticket, told whenever it changes. */
export const TicketReport = z.strictObject({
  issue: z.int(),
  title: z.string(),
  stage: z.string(),
  requester: Actor.optional(),
  criteria: z.array(Criterion),
  bodyDigest: z.string(),
  plan: PlanSnapshot.optional(),
  approval: Approval.optional(),
  /** The first phase of the plan that is not on the branch; absent where there is none, or the plan has one only. */
  phase: Phase.optional(),
  /** Labels that the issue was seen with since the work began. */
  labels: z.array(z.string()).optional(),
  /** What the plan's gate asks for beyond the one approval, or by which rule nobody is asked. */
  planGate: Message.optional(),
  /** The approval that no longer holds, and why. */
  revoked: Message.optional(),
  /** Results of the four layers, and the commit they are about; `stored`: that tree was not pushed. */
  layers: z.strictObject({ sha: z.string(), stored: z.boolean(), results: z.array(LayerResult) }).optional(),
  /** Heads that Gantry itself pushed, newest last. */
  pushed: z.array(z.string()),
  runs: z.array(RunLine),
  tokens: z.strictObject({ input: z.int(), output: z.int() }),
  /** How far the ticket's lifetime budgets are used by the runs that have ended; absent in reports from before. */
  budgets: z.array(BudgetUse).optional(),
  /** Of all runs so far the isolation that asks the most of a merge. */
  isolation: Isolation.optional(),
  /** At least one run had no box, whatever `isolation` says. */
  unboxed: z.literal(true).optional(),
  hold: z.strictObject({ by: z.string(), why: z.string() }).optional(),
  blocked: Message.optional(),
  standstill: Standstill.optional(),
  next: Message.optional(),
});
export type TicketReport = z.infer<typeof TicketReport>;

export const PullObservedFacts = z.discriminatedUnion('type', [
  fact('PullObserved', { action: z.string(), pull: PullHeader, by: Actor }),
  fact('PullReviewed', { review: Review }),
  fact('CheckRerequested', { name: z.string(), sha: z.string(), by: Actor }),
  CommandGiven,
  CommandMisread,
  fact('CommentChanged', { comment: z.int(), how: z.enum(['edited', 'deleted']), by: Actor }),
  fact('BaseMoved', { ref: z.string(), sha: z.string() }),
  fact('MembersChanged', { login: z.string() }),
  /** A merge queue asks for the checks of a commit that it made of this pull request and those before it. */
  fact('GroupRequested', { sha: z.string() }),
  fact('TicketReported', { report: TicketReport }),
  fact('Woken', {}),
  /** A fact about it could not be decided on, and the stream goes on without it until an operator looks. */
  fact('FactSetAside', { id: z.int(), of: z.string(), why: z.string() }),
  /** `by`: the name of an API token. */
  fact('FactTakenBack', { id: z.int(), how: z.enum(['replayed', 'dismissed']), by: z.string() }),
  /** An operator asks for what was given up: `what` is the command's type, or the run's id. */
  fact('Replayed', { of: z.enum(['command', 'run']), what: z.string(), by: z.string() }),
]);

export const PullOutcome = z.discriminatedUnion('type', [
  fact('PullGathered', { head: z.string(), snapshot: PullSnapshot }),
  fact('AuthorityRead', { ask: CommandGiven, role: Role }),
  ControlChanged,
  /** `review`: the id of the review whose author was asked about; the role is live, as of this answer. */
  fact('ReviewerRead', { review: z.int(), login: z.string(), role: Role }),
  fact('PullReadied', { done: z.boolean() }),
  fact('ReviewAsked', { of: z.array(z.string()) }),
  fact('PullMerged', { sha: z.string(), head: z.string() }),
  /** `again`: nothing is wrong with the pull request itself, and the same head may be tried once more. */
  fact('MergeRefused', { head: z.string(), why: Message, again: z.boolean() }),
  fact('GaveUp', { command: z.string(), why: z.string(), class: FailureClass.optional() }),
]);

export const PullDecided = z.discriminatedUnion('type', [
  /** Asked for, so that it is asked for once per head. */
  fact('StepTaken', { step: z.enum(['ready', 'review', 'merge']), head: z.string() }),
  fact('GateDecided', { head: z.string(), open: z.boolean(), blocker: Message.optional() }),
  fact('CommentAnswered', { receipt: Receipt }),
  Compacted,
]);

export const PullFact = z.union([PullObservedFacts, PullOutcome, PullDecided]);
export type PullFact = z.infer<typeof PullFact>;
export type PullFactOf<Type extends PullFact['type']> = Extract<PullFact, { type: Type }>;
