// What happened to one ticket. Observed facts come from intake, outcomes from effects, decided facts from decide/ticket.
import { z } from 'zod';
import { Approval, StartConsent } from './approval.ts';
import { BudgetUse } from './budget.ts';
import { CommandGiven, CommandMisread, Receipt } from './comment.ts';
import { Compacted } from './compacted.ts';
import { ControlChanged, Standstill } from './control.ts';
import { IssueSnapshot } from './issue.ts';
import { Message } from './message.ts';
import { Actor, Role } from './person.ts';
import { Phase, PlanSnapshot } from './plan.ts';
import { GateStage, PolicyRead } from './policy.ts';
import { FailureClass, Isolation, RunOutcome, Stage, Submission, Usage } from './run.ts';
import { Signal } from './signal.ts';
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
  /** It had been closed without a merge. */
  fact('PullReopened', { pull: z.int(), by: Actor }),
  /** Version 2; version 1 lacked `pull`. */
  fact('PullClosed', { pull: z.int(), merged: z.boolean(), sha: z.string().optional(), by: Actor.optional() }),
  fact('PullRetargeted', { base: z.string() }),
  /** What keeps this ticket still now; absent: nothing any more. */
  fact('StandstillChanged', { standstill: Standstill.optional() }),
  /** An operator ended the work; `by` is the name of a token. */
  fact('TicketStopped', { by: z.string(), why: z.string() }),
  fact('Woken', {}),
  /** The labels of an issue say another priority than before. */
  fact('PriorityChanged', { label: z.string(), by: Actor, at: z.string() }),
  /** A slot is free and this run is first in the backlog's order. */
  fact('SlotOffered', { run: z.string() }),
  /** A fact about it could not be decided on, and the stream goes on without it until an operator looks. */
  fact('FactSetAside', { id: z.int(), of: z.string(), why: z.string() }),
  /** `by`: the name of an API token. */
  fact('FactTakenBack', { id: z.int(), how: z.enum(['replayed', 'dismissed']), by: z.string() }),
  /** An operator asks for what was given up: `what` is the command's type, or the run's id. */
  fact('Replayed', { of: z.enum(['command', 'run']), what: z.string(), by: z.string() }),
]);

/** What a run told us, or what became of it without it. */
export const TicketRun = z.discriminatedUnion('type', [
  /** `start`: the commit that it starts from; a claim may be told before the answer to its dispatch is. */
  fact('RunClaimed', { run: z.string(), workflowRun: z.int(), start: z.string().optional() }),
  fact('RunFinished', { run: z.string(), stage: Stage, submission: Submission, usage: Usage, isolation: Isolation }),
  /** It was asked for, and GitHub shows no workflow run of its name. */
  fact('RunUnseen', { run: z.string() }),
  /** A workflow run of ours that nobody waits for: its run has ended, or another workflow run has it. */
  fact('RunStray', { run: z.string(), workflowRun: z.int() }),
  /** `workflowRun`: the one that ended, where that is what was seen. */
  /** An operator ended it: its token died with that. `by` is the name of a token or a login. */
  fact('RunStopped', { run: z.string(), by: z.string(), why: z.string() }),
  fact('RunLost', { run: z.string(), outcome: RunOutcome, workflowRun: z.int().optional(), usage: Usage.optional() }),
  /** The agent was warned: this much of a budget is used. */
  fact('BudgetNearlySpent', { run: z.string(), use: BudgetUse }),
  /** What ends the run, or has ended it: its end is a fact of its own. */
  fact('BudgetExceeded', { run: z.string(), use: BudgetUse }),
]);

/** The policy of the default branch as it is now. Absent only in facts that were recorded before it was read. */
const livePolicy = PolicyRead.optional();

/** Logins of people who let the ticket start before, and have no write permission any more. */
const Lapsed = z.array(z.string()).optional();

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
    labels: z.array(z.string()).optional(),
    policy: PolicyRead,
    base: z.strictObject({ ref: z.string(), sha: z.string() }),
    lapsed: Lapsed,
  }),
  fact('AuthorityRead', { ask: CommandGiven, role: Role }),
  fact('LabelAuthorityRead', { label: z.string(), change: z.enum(['added', 'removed']), by: Actor, role: Role }),
  fact('ApprovalRead', {
    ask: CommandGiven,
    role: Role,
    /** Read by REST: the comment exists, was never edited, was written by its sender and through no App. */
    genuine: z.boolean(),
    bodyDigest: z.string().optional(),
    labels: z.array(z.string()).optional(),
    head: z.string(),
    base: z.strictObject({ ref: z.string(), sha: z.string() }),
    plan: PlanSnapshot.optional(),
    policy: livePolicy,
  }),
  /** The same of whoever approves that a plan is made; there is no plan to read. */
  fact('StartApprovalRead', {
    ask: CommandGiven,
    role: Role,
    genuine: z.boolean(),
    bodyDigest: z.string().optional(),
    labels: z.array(z.string()).optional(),
    policy: livePolicy,
    lapsed: Lapsed,
  }),
  /** `signal`: what asked for it. `run` of the other two: absent in facts that were recorded before it was told. */
  fact('RunDispatched', {
    run: z.string(),
    stage: Stage,
    workflowRun: z.int().optional(),
    start: z.string(),
    signal: Signal.optional(),
  }),
  /** `until`: nothing changes before; absent, a slot may be free at any time. `use`: the budget that keeps it waiting. */
  fact('DispatchDeferred', {
    run: z.string().optional(),
    stage: Stage,
    why: Message,
    until: z.iso.datetime().optional(),
    use: BudgetUse.optional(),
    lapsed: Lapsed,
  }),
  /** `use`: the budget that leaves nothing to start with. */
  fact('DispatchRefused', { run: z.string().optional(), stage: Stage, why: Message, use: BudgetUse.optional() }),
  /** `end`: was GitHub seen to have ended the workflow run? Absent where there was none. */
  fact('RunCancelRequested', { run: z.string(), end: z.enum(['observed', 'not_observed']).optional() }),
  ControlChanged,
  fact('BundleInspected', { run: z.string(), tree: z.string(), files: z.int() }),
  fact('BundleRefused', { run: z.string(), why: Message }),
  fact('TreePushed', {
    run: z.string(),
    stage: Stage,
    branch: z.string(),
    sha: z.string(),
    plan: PlanSnapshot.optional(),
    /** The commit of the base that a plan was put on, where that is not the one its run started from. */
    onto: z.string().optional(),
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
  /** `class` is absent in facts that were recorded before failures of commands had one. */
  fact('GaveUp', { command: z.string(), why: z.string(), class: FailureClass.optional() }),
]);

/** Decisions, on record so that a person can read why. */
export const TicketDecided = z.discriminatedUnion('type', [
  fact('TicketStarted', { by: Actor }),
  fact('StageEntered', { stage: TicketStage }),
  /** What the gate asks for, whenever a ticket begins to wait at it; `waived` names the rule by which nobody is asked. */
  fact('GateJudged', {
    stage: GateStage,
    approvals: z.int(),
    groups: z.array(z.array(z.string())),
    why: z.array(z.string()),
    waived: z.string().optional(),
  }),
  /** One approval of a start; with those before it there may be enough of them. */
  fact('StartConsented', { consent: StartConsent }),
  /** One approval of several that are asked for. */
  fact('PlanConsented', { approval: Approval }),
  fact('PlanApproved', { approval: Approval }),
  fact('ApprovalRevoked', { why: Message }),
  /** A phase of this plan is on the branch and verified: `from` and `sha` are the branch before and after it. */
  fact('PhaseCompleted', { phase: Phase, plan: z.string(), from: z.string(), sha: z.string(), run: z.string() }),
  fact('Held', { by: Actor, why: z.string() }),
  fact('Unheld', { by: Actor }),
  fact('HoldRestored', { by: Actor }),
  fact('CommentAnswered', { receipt: Receipt }),
  Compacted,
]);

export const TicketFact = z.union([TicketObserved, TicketRun, TicketOutcome, TicketDecided]);
export type TicketFact = z.infer<typeof TicketFact>;
export type TicketFactOf<Type extends TicketFact['type']> = Extract<TicketFact, { type: Type }>;
