// What Gantry says of its own things to programs: one schema is type, answer of the API and JSON Schema in docs/schema.
// `version` rises when a reader of the one before could no longer read it; a new member does not raise it.
import { z } from 'zod';
import { BudgetUse } from './budget.ts';
import { EvidenceRecord } from './evidence.ts';
import { Phase } from './plan.ts';
import { AgentName } from './policy.ts';
import { RunBudget, RunOutcome, RunState, Stage, Usage } from './run.ts';
import { Outcome, Place } from './verdict.ts';

const version = z.literal(1).describe('Of this schema.');
const time = z.iso.datetime();
const count = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const repository = z
  .strictObject({ id: z.int().describe('The identity; names change.'), owner: z.string(), name: z.string() })
  .describe('A repository by its names of today.');

const Sentence = z.strictObject({
  id: z.string().describe('Stable id of the sentence.'),
  text: z.string().describe('The sentence in plain text. Data in it may come from strangers.'),
});

export const TicketRecord = z.strictObject({
  version,
  repository,
  number: z.int().describe('Number of the issue.'),
  title: z.string(),
  stage: z.string().describe('As in docs/spec/ticket.md.'),
  open: z.boolean().describe('False once nothing more happens by itself.'),
  onHold: z.boolean(),
  waitsFor: Sentence.nullable().describe(
    'The nearest thing that somebody has to do, or what is being waited for; null where nothing is.',
  ),
  requester: z.string().nullable().describe('Login of who asked for the work.'),
  pull: z.int().nullable(),
  runs: count,
  tokens: z.strictObject({ input: count, output: count }),
  startedAt: time,
  changedAt: time,
});

export const RunRecord = z.strictObject({
  version,
  id: z.string(),
  repository,
  ticket: z.int().describe('Number of the issue.'),
  stage: Stage,
  phase: Phase.nullable().describe('The phase of tasks.md that it made or verified; null where the plan has one only.'),
  state: RunState,
  agent: z.strictObject({ name: AgentName, model: z.string().nullable() }),
  workflowRun: z.int().nullable().describe("Id of GitHub's workflow run; null until the dispatch was answered."),
  createdAt: time,
  claimedAt: time.nullable(),
  heartbeatAt: time.nullable(),
  leaseUntil: time,
  finishedAt: time.nullable(),
  cancel: z.string().nullable().describe('Why it was asked to stop.'),
  outcome: RunOutcome.nullable().describe('Null while it goes on.'),
  usage: Usage.describe('As the gateway counted them; `costMicros` in millionths of a US dollar.'),
  budget: RunBudget.describe('As the policy stood at the dispatch; costs in millionths of a US dollar.'),
  artifacts: z
    .strictObject({
      bundle: digest.nullable(),
      patch: digest.nullable(),
      kept: digest.nullable().describe('A bundle of what an unfinished run left; never used by Gantry.'),
      evidence: digest.nullable(),
      transcript: digest
        .nullable()
        .describe('What the model calls of the run said, a line of JSON each; null before its end.'),
    })
    .describe('What the run handed in, by SHA-256; null where there is none, or it is no longer on record.'),
  exceeded: BudgetUse.nullable().describe('The budget that ended it.'),
});

/** The lease of a run that has not ended. */
export const LeaseRecord = z.strictObject({
  version,
  run: z.string(),
  repository: z.int().describe('Numeric id.'),
  ticket: z.int().describe('Number of the issue.'),
  stage: Stage,
  state: RunState,
  fence: z.int().describe('Number of the lease; what comes with another is refused.'),
  workflowRun: z.int().nullable().describe('Who holds it; null until the dispatch was answered.'),
  heartbeatAt: time.nullable(),
  leaseUntil: time.describe('By the database. After it the run is lost.'),
});

export const ArtifactRecord = z.strictObject({
  version,
  digest: digest.describe('SHA-256 of the bytes: its name.'),
  media: z.string(),
  size: count.describe('Bytes.'),
  storedAt: time.describe('When these bytes were stored last.'),
  namedBy: z.array(z.string()).describe('Streams whose facts name it. Without one it expires.'),
});

/** From worst to best: of pull requests that share a head the worst is shown. */
export const CheckStatus = z.enum([
  'failure',
  'timed_out',
  'action_required',
  'in_progress',
  'neutral',
  'skipped',
  'success',
]);
export type CheckStatus = z.infer<typeof CheckStatus>;

const CheckLine = z.strictObject({ name: z.string(), status: CheckStatus, title: Sentence });

/** Why the newest head may be merged or not. The policy comment is made of the same. */
export const PolicyReport = z.strictObject({
  version,
  repository,
  pull: z.int(),
  head: z.string(),
  gate: CheckLine,
  blockers: z.array(Sentence).describe('Why the gate is not green, nearest first.'),
  checks: z.array(CheckLine),
  rules: z
    .array(
      z.strictObject({
        check: z.string(),
        rule: z.string().describe('Stable id; docs/checks explains it.'),
        outcome: Outcome,
        text: z.string(),
        at: z.array(Place),
      }),
    )
    .describe('What each rule concluded at this head; empty until it was gathered.'),
  evidence: z.array(
    z.strictObject({
      criterion: z.string(),
      text: z.string(),
      tests: z.array(
        z.strictObject({
          layer: z.string(),
          name: z.string(),
          status: z.enum(['passed', 'failed', 'skipped', 'missing', 'not_run']),
        }),
      ),
    }),
  ),
  next: Sentence,
});
export type PolicyReport = z.infer<typeof PolicyReport>;

/** The envelope of a fact. What is inside depends on its type and version. */
export const FactRecord = z.strictObject({
  version: z
    .int()
    .min(1)
    .describe('Version of the type as it is shown: an older one is brought to the newest on reading.'),
  seq: z.int().nullable().describe('Place in its stream; null until it is folded.'),
  stream: z.string().regex(/^(ticket|pull):\d+#\d+$/),
  key: z.string().describe('Says what happened; the same key is never recorded twice.'),
  at: time.describe('By the database.'),
  type: z.string(),
  fact: z
    .looseObject({ type: z.string() })
    .nullable()
    .describe('As the journal keeps it; null once its stream was compacted. Texts in it may come from strangers.'),
});

/** By the name of the file in docs/schema. */
export const records = {
  ticket: { title: 'Ticket', schema: TicketRecord },
  run: { title: 'Run', schema: RunRecord },
  lease: { title: 'Lease', schema: LeaseRecord },
  artifact: { title: 'Artifact', schema: ArtifactRecord },
  evidence: { title: 'Evidence of a run', schema: EvidenceRecord },
  'policy-report': { title: 'Policy report', schema: PolicyReport },
  fact: { title: 'Fact envelope', schema: FactRecord },
} as const;
