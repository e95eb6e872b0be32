// A run: one stage of one ticket executed once on a runner. States, outcomes and failure classes as in docs/spec/run.md.
import { z } from 'zod';
import { type BudgetUse, budgetWhy, unitOf } from './budget.ts';
import { Conversation, ConversationAbout } from './conversation.ts';
import { mostPhases, Phase } from './plan.ts';
import { AcpAgent, AgentName, LayerName, LayerPolicy, RunnerKind } from './policy.ts';

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const Stage = z.enum(['plan', 'implement', 'verify']);
export type Stage = z.infer<typeof Stage>;

/** Key of the one fact that ends a run, reported or lost: whoever is second is a repetition. */
export const finishedKey = (run: string): string => `run:${run}:finished`;

export const RunState = z.enum(['queued', 'claimed', 'running', 'succeeded', 'failed', 'timed_out', 'canceled']);
export type RunState = z.infer<typeof RunState>;

export const FailureClass = z.enum([
  'infrastructure',
  'throttled',
  'quota_exhausted',
  'unaccounted',
  'auth',
  'agent_refused',
  'agent_failed',
  'verification_failed',
  'policy_blocked',
  'user_error',
  'bug',
]);
export type FailureClass = z.infer<typeof FailureClass>;

/** How a run ended, as a runner may say it. */
export const RunnerOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('delivered') }),
  z.strictObject({ kind: z.literal('no_change'), why: z.string() }),
  z.strictObject({ kind: z.literal('blocked'), why: z.string() }),
  z.strictObject({ kind: z.literal('failed'), class: FailureClass, why: z.string() }),
  z.strictObject({ kind: z.literal('cancelled'), why: z.string() }),
  z.strictObject({ kind: z.literal('timed_out'), why: z.string() }),
]);
export type RunnerOutcome = z.infer<typeof RunnerOutcome>;

/** How a run ends whose budget is used up. */
export const outcomeOfBudget = (use: BudgetUse): RunnerOutcome =>
  unitOf(use.budget) === 'seconds'
    ? { kind: 'timed_out', why: budgetWhy(use) }
    : { kind: 'failed', class: 'quota_exhausted', why: budgetWhy(use) };

/** How a run ended. Exactly one per run; `why` is one sentence for a person. Only the control plane gives a run up. */
export const RunOutcome = z.discriminatedUnion('kind', [
  ...RunnerOutcome.options,
  z.strictObject({ kind: z.literal('dead_lettered'), why: z.string() }),
]);
export type RunOutcome = z.infer<typeof RunOutcome>;

export const Counts = z.strictObject({ passed: z.int().min(0), failed: z.int().min(0), skipped: z.int().min(0) });
export type Counts = z.infer<typeof Counts>;

/** One named test as its report told it; `name` is the full name (suite and case joined by " > "). */
export const TestResult = z.strictObject({
  name: z.string().max(500),
  status: z.enum(['passed', 'failed', 'skipped']),
});
export type TestResult = z.infer<typeof TestResult>;

/**
 * One verification layer, read by the runner's parent outside the box. `unknown`: the command exited 0 but its report
 * has no test, is missing or unreadable; it is not a pass. `tests` holds at most 500 entries, failed ones first.
 */
export const LayerResult = z.strictObject({
  layer: LayerName,
  conclusion: z.enum(['success', 'failure', 'skipped', 'timed_out', 'unknown']),
  why: z.string().max(500),
  command: z.string().optional(),
  exitCode: z.int().nullable().optional(),
  durationMs: z.number().min(0).optional(),
  counts: Counts.optional(),
  tests: z.array(TestResult).max(500).optional(),
  /** Last 4 KB of output, secrets redacted. */
  tail: z.string().max(8_000).optional(),
});
export type LayerResult = z.infer<typeof LayerResult>;

/** Tokens as the gateway counted them from the provider's stream, and what they cost in micro-dollars where a price is known. */
export const Usage = z.strictObject({
  calls: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** Of calls that were never settled: what they used is not known, so all that was reserved counts. */
  reservedTokens: z.int().optional(),
  costMicros: z.int().optional(),
});
export type Usage = z.infer<typeof Usage>;

/** What a verify run looks at: a stored bundle (downloaded from the control plane), or a head that somebody pushed. */
export const Subject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bundle'), artifact: digest, tree: sha }),
  z.strictObject({ kind: z.literal('head'), sha }),
]);
export type Subject = z.infer<typeof Subject>;

/**
 * What a run may use, as the policy stood when it was dispatched; the control plane enforces all of it. Costs are in
 * micro-dollars and absent where they are not limited. The others are absent only in runs from before they were known.
 */
export const RunBudget = z.strictObject({
  wallSeconds: z.int(),
  inactiveSeconds: z.int().optional(),
  /** Of this run, of the ticket over its whole life, of the repository in one day (UTC). */
  tokens: z.int(),
  ticketTokens: z.int(),
  dayTokens: z.int().optional(),
  cost: z.int().optional(),
  calls: z.int().optional(),
  ticketCost: z.int().optional(),
  dayCost: z.int().optional(),
});
export type RunBudget = z.infer<typeof RunBudget>;

/** A phase as its run is told of it: `approved` is the commit whose tasks.md counts, `earlier` what each phase before it changed. */
export const PhaseWork = Phase.extend({
  approved: sha,
  earlier: z.array(z.strictObject({ from: sha, to: sha })).max(mostPhases),
});
export type PhaseWork = z.infer<typeof PhaseWork>;

/** What the runner is told when it claims its run. Everything in it was decided in the control plane. */
export const Assignment = z.strictObject({
  run: z.string(),
  fence: z.int(),
  stage: Stage,
  repository: z.strictObject({ id: z.int(), fullName: z.string(), gitUrl: z.string() }),
  ticket: z.strictObject({
    number: z.int(),
    title: z.string(),
    /** Snapshot taken when the work was started, sanitised. Untrusted. */
    body: z.string(),
    criteria: z.array(z.strictObject({ id: z.string(), text: z.string() })),
  }),
  /** The commit the stage starts from: base for plan, the approved plan commit for implement, the base of the tree for verify. */
  start: sha,
  /** Implement and verify: the approved plan. */
  plan: z.strictObject({ changeId: z.string(), scope: z.array(z.string()), trustedBase: sha }).optional(),
  /** Of a plan with several phases: the one that this run makes or verifies. */
  phase: PhaseWork.optional(),
  /** Verify: what to check. */
  subject: Subject.optional(),
  agent: z.strictObject({
    name: AgentName,
    model: z.string().optional(),
    /** Of `acp`. */
    acp: AcpAgent.optional(),
    /** US dollars per million tokens of `model`, where the policy names them. */
    price: z.strictObject({ input: z.number(), output: z.number() }).optional(),
  }),
  /** Plan and implement: what the run's conversation is about, and the earlier one that it goes on with. */
  about: ConversationAbout.optional(),
  conversation: Conversation.optional(),
  setup: z.string().optional(),
  egress: z.array(z.string()),
  /** Absent in runs from before policy had it: none. */
  registries: z.array(z.string()).optional(),
  /** Kinds of runner that may take it; absent in runs from before policy said it: self-hosted only. */
  runners: z.array(RunnerKind).optional(),
  layers: z.partialRecord(LayerName, LayerPolicy),
  /** What failed last time, for the agent to read; absent on a first try. */
  feedback: z.string().optional(),
  budget: RunBudget,
  heartbeatSeconds: z.int(),
});
export type Assignment = z.infer<typeof Assignment>;

/** The answer to each heartbeat. `cancel` carries the reason for the job summary. */
export const HeartbeatAnswer = z.discriminatedUnion('order', [
  z.strictObject({ order: z.literal('go_on') }),
  z.strictObject({ order: z.literal('cancel'), why: z.string() }),
]);
export type HeartbeatAnswer = z.infer<typeof HeartbeatAnswer>;

/**
 * How a run was kept apart, in the order of what it asks of a merge: `none_allowed` is a run without a box that the operator
 * allowed by name (the local demo), `reused` one in a box on a machine that takes more than one job, or does not say that it
 * takes one only.
 */
export const Isolation = z.enum(['box', 'none_allowed', 'reused', 'none']);
export type Isolation = z.infer<typeof Isolation>;

/** It ran without a box. */
export const isUnboxed = (isolation: Isolation): boolean => isolation === 'none' || isolation === 'none_allowed';

/** What a runner hands in when it is done. Digests name artifacts uploaded before. */
export const Submission = z.strictObject({
  fence: z.int(),
  outcome: RunnerOutcome,
  /** `patch`: the same change for `git apply`; absent where it was too large. */
  bundle: z.strictObject({ artifact: digest, commit: sha, patch: digest.optional() }).optional(),
  /** A bundle of what a run left that did not deliver: kept for people, never inspected or pushed. */
  kept: digest.optional(),
  evidence: digest.optional(),
  conversation: Conversation.optional(),
  layers: z.array(LayerResult).max(4).optional(),
  /** `ephemeral`: GitHub gives this runner one job and no other. Absent: not known, which counts as no. */
  runner: z.strictObject({ ephemeral: z.boolean() }).optional(),
  sandbox: z.strictObject({ name: z.string(), boxed: z.boolean(), unenforced: z.array(z.string()).max(20) }),
});
export type Submission = z.infer<typeof Submission>;
