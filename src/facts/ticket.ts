// What happened to one ticket. Observed facts come from intake, outcomes from effects, decided facts from decide/ticket.
import { z } from 'zod';
import { Approval } from './approval.ts';
import { CommandGiven, CommandMisread, Receipt } from './comment.ts';
import { Compacted } from './compacted.ts';
import { IssueSnapshot } from './issue.ts';
import { Message } from './message.ts';
import { Actor, Role } from './person.ts';
import { PlanSnapshot } from './plan.ts';
import { PolicyRead } from './policy.ts';
import { Isolation, RunOutcome, Stage, Submission, Usage } from './run.ts';
import { TicketStage } from './stage.ts';

const fact = <const Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape });

/** Seen on GitHub. `by` is who did it according to the webhook that GitHub signed; what they may do is read live. */
export const TicketObserved = z.discriminatedUnion('type', [
  fact('IssueLabeled', { label: z.string(), by: Actor, issue: IssueSnapshot, at: z.string() }),
  fact('IssueUnlabeled', { label: z.string(), by: Actor, at: z.string() }),
  fact('IssueEdited', { by: Actor, issue: IssueSnapshot, at: z.string() }),
  fact('IssueClosed', { by: Actor, at: z.string() }),
  fact('IssueReopened', { by: Actor, at: z.string() }),
  CommandGiven,
  CommandMisread,
  /** A comment was edited or deleted: whatever was given by it no longer stands. */
  fact('CommentChanged', { comment: z.int(), how: z.enum(['edited', 'deleted']), by: Actor }),
  /** A branch with open items moved, or rights changed: what was read before may be stale. */
  fact('BaseMoved', { ref: z.string(), sha: z.string() }),
  fact('MembersChanged', { login: z.string() }),
  /** Told by the pull request's stream. */
  fact('HeadMoved', {
    sha: z.string(),
    by: Actor,
    pushers: z.array(z.int()),
    /** Somebody pushed to the branch of whom it is not known which person they are. */
    unknown: z.literal(true).optional(),
  }),
  /** Version 2; version 1 lacked `pull`. */
  fact('PullClosed', { pull: z.int(), merged: z.boolean(), sha: z.string().optional(), by: Actor.optional() }),
  fact('PullRetargeted', { base: z.string() }),
  fact('Woken', {}),
]);

/** What a run told us, or what became of it without it. */
export const TicketRun = z.discriminatedUnion('type', [
  /** `start`: the commit that it starts from; a claim may be told before the answer to its dispatch is. */
  fact('RunClaimed', { run: z.string(), workflowRun: z.int(), start: z.string().optional() }),
  fact('RunFinished', { run: z.string(), stage: Stage, submission: Submission, usage: Usage, isolation: Isolation }),
  /** `workflowRun`: the one that ended, where that is what was seen. */
  fact('RunLost', { run: z.string(), outcome: RunOutcome, workflowRun: z.int().optional() }),
]);

/** The policy of the default branch as it is now. Absent only in facts that were recorded before it was read. */
const livePolicy = PolicyRead.optional();

/** Answers of commands, one for each. */
export const TicketOutcome = z.discriminatedUnion('type', [
  fact('StartRead', {
    by: Actor,
    /** `event`: the label or edit that asked covers the issue as its webhook showed it; `live`: /retry covers it as it is now. */
    covers: z.enum(['event', 'live']),
    role: Role,
    issue: IssueSnapshot.optional(),
    /** Artifact with the sanitised body that agents may read. */
    body: z.string().optional(),
    labeled: z.boolean(),
    policy: PolicyRead,
    base: z.strictObject({ ref: z.string(), sha: z.string() }),
  }),
  fact('AuthorityRead', { ask: CommandGiven, role: Role }),
  fact('LabelAuthorityRead', { label: z.string(), change: z.enum(['added', 'removed']), by: Actor, role: Role }),
  fact('ApprovalRead', {
    ask: CommandGiven,
    role: Role,
    /** Read by REST: the comment exists, was never edited, was written by its sender and through no App. */
    genuine: z.boolean(),
    bodyDigest: z.string().optional(),
    head: z.string(),
    base: z.strictObject({ ref: z.string(), sha: z.string() }),
    plan: PlanSnapshot.optional(),
    policy: livePolicy,
  }),
  fact('RunDispatched', { run: z.string(), stage: Stage, workflowRun: z.int().optional(), start: z.string() }),
  fact('DispatchDeferred', { stage: Stage, why: Message }),
  fact('DispatchRefused', { stage: Stage, why: Message }),
  fact('RunCancelRequested', { run: z.string() }),
  fact('BundleInspected', { run: z.string(), tree: z.string(), files: z.int() }),
  fact('BundleRefused', { run: z.string(), why: Message }),
  fact('TreePushed', {
    run: z.string(),
    stage: Stage,
    branch: z.string(),
    sha: z.string(),
    plan: PlanSnapshot.optional(),
  }),
  fact('PushWaits', { run: z.string(), workflows: z.array(z.string()) }),
  fact('PlanRead', {
    head: z.string(),
    plan: PlanSnapshot.optional(),
    approvalHolds: z.boolean(),
    why: Message.optional(),
    policy: livePolicy,
  }),
  fact('PullOpened', { pull: z.int(), draft: z.boolean() }),
  fact('GaveUp', { command: z.string(), why: z.string() }),
]);

/** Decisions, on record so that a person can read why. */
export const TicketDecided = z.discriminatedUnion('type', [
  fact('TicketStarted', { by: Actor }),
  fact('StageEntered', { stage: TicketStage }),
  fact('PlanApproved', { approval: Approval }),
  fact('ApprovalRevoked', { why: Message }),
  fact('Held', { by: Actor, why: z.string() }),
  fact('Unheld', { by: Actor }),
  fact('HoldRestored', { by: Actor }),
  fact('CommentAnswered', { receipt: Receipt }),
  Compacted,
]);

export const TicketFact = z.union([TicketObserved, TicketRun, TicketOutcome, TicketDecided]);
export type TicketFact = z.infer<typeof TicketFact>;
export type TicketFactOf<Type extends TicketFact['type']> = Extract<TicketFact, { type: Type }>;
