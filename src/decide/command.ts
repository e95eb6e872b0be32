// What may be asked of the outside. Each is executed once by the effect of its name and answered by exactly one fact.
import { z } from 'zod';
import { CommandGiven } from '../facts/comment.ts';
import { Conversation } from '../facts/conversation.ts';
import { Actor } from '../facts/person.ts';
import { Criterion, Phase, PlanSnapshot } from '../facts/plan.ts';
import { Policy } from '../facts/policy.ts';
import { Priority } from '../facts/priority.ts';
import { PhaseWork, Stage, Subject } from '../facts/run.ts';
import { Signal } from '../facts/signal.ts';

const command = <const Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape });

export const Command = z.discriminatedUnion('type', [
  /** `consented`: logins of who let it start before. */
  command('ReadStart', {
    issue: z.int(),
    by: Actor,
    covers: z.enum(['event', 'live']),
    consented: z.array(z.string()).optional(),
  }),
  command('ReadAuthority', { ask: CommandGiven }),
  /** /harness pause or resume, by somebody who was seen to be an administrator. */
  command('ChangeControl', { ask: CommandGiven }),
  command('ReadLabelAuthority', { label: z.string(), change: z.enum(['added', 'removed']), by: Actor }),
  command('ReadApproval', {
    ask: CommandGiven,
    issue: z.int(),
    branch: z.string(),
    base: z.string(),
    changeId: z.string(),
  }),
  command('ReadStartApproval', { ask: CommandGiven, issue: z.int(), consented: z.array(z.string()).optional() }),
  command('DispatchRun', {
    run: z.string(),
    stage: Stage,
    issue: z.int(),
    title: z.string(),
    /** Artifact of the sanitised body. */
    body: z.string(),
    criteria: z.array(Criterion),
    /** Plan: absent, the base branch's tip is read. Else the commit that the stage starts from. */
    start: z.string().optional(),
    base: z.string(),
    plan: z.strictObject({ changeId: z.string(), scope: z.array(z.string()), trustedBase: z.string() }).optional(),
    phase: PhaseWork.optional(),
    subject: Subject.optional(),
    /** What asks for it. Absent in commands from before it was told. */
    signal: Signal.optional(),
    /** The issue was read a moment ago, and is blocked by nothing: its priority. Absent: it is read. */
    priority: Priority.optional(),
    feedback: z.string().optional(),
    /** Plan: logins of who let it start. */
    consented: z.array(z.string()).optional(),
    /** Of the branch, and what the newest agent's run remembers: whether it is about the same is seen at the dispatch. */
    pull: z.int().optional(),
    head: z.string().optional(),
    conversation: z.strictObject({ run: z.string(), kept: Conversation }).optional(),
    policy: Policy,
  }),
  /** `workflowRun`: only this one is stopped, which is not the one that has the run. */
  command('CancelRun', { run: z.string(), why: z.string(), workflowRun: z.int().optional() }),
  command('InspectBundle', {
    run: z.string(),
    stage: Stage,
    artifact: z.string(),
    start: z.string(),
    base: z.string(),
    changeId: z.string().optional(),
    scope: z.array(z.string()),
    protected: z.array(z.string()),
  }),
  command('PushTree', {
    run: z.string(),
    stage: Stage,
    issue: z.int(),
    title: z.string(),
    /** The run that made the tree: the commit names it. */
    madeBy: z.string(),
    phase: Phase.optional(),
    /** Of an inspected bundle. */
    tree: z.string(),
    start: z.string(),
    base: z.string(),
    branch: z.string(),
    /** The commit that the branch must still be at; absent: it must not exist. */
    expect: z.string().optional(),
    /** Somebody with write said /run-ci: workflows with secrets may start. */
    allowWorkflows: z.boolean(),
    push: Policy.shape.push.unwrap(),
  }),
  command('ReadPlan', {
    head: z.string(),
    base: z.string(),
    changeId: z.string(),
    /** Absent: nothing is approved, only the plan is read again. */
    approval: z
      .strictObject({ logins: z.array(z.string()), planDigest: z.string(), baseDigest: z.string() })
      .optional(),
  }),
  command('OpenPull', {
    issue: z.int(),
    title: z.string(),
    branch: z.string(),
    base: z.string(),
    requester: Actor,
    criteria: z.array(Criterion),
    run: z.string(),
  }),
  command('GatherPull', {
    pull: z.int(),
    origin: z.enum(['gantry', 'people', 'fork']),
    head: z.string(),
    base: z.string(),
    plan: PlanSnapshot.optional(),
    criteria: z.array(Criterion),
  }),
  /** What the author of a review may do: a review counts only with write. */
  command('ReadReviewer', { login: z.string(), review: z.int() }),
  command('MarkReady', { nodeId: z.string() }),
  command('AskReview', { pull: z.int(), of: z.array(z.string()) }),
  command('MergePull', {
    pull: z.int(),
    head: z.string(),
    base: z.string(),
    title: z.string(),
    ticket: z
      .strictObject({
        issue: z.int(),
        requester: Actor,
        bodyDigest: z.string(),
        changeId: z.string(),
        planDigest: z.string(),
        baseDigest: z.string(),
        /** Empty: the policy waived the approval of the plan. */
        approvers: z.array(z.string()),
      })
      .optional(),
    /** Reviews that would let it merge: any one of them must still hold, live. */
    reviewers: z.array(z.string()),
    /** How many of them, and one of each group; absent: one. */
    reviews: z.strictObject({ approvals: z.int(), groups: z.array(z.array(z.string())) }).optional(),
    policyBlob: z.string(),
    /** How often the gate was asked for again, as its check view counts it. */
    times: z.int(),
    method: z.enum(['squash', 'merge', 'rebase']),
  }),
]);
export type Command = z.infer<typeof Command>;
export type CommandOf<Type extends Command['type']> = Extract<Command, { type: Type }>;
