// What is kept of a run beside its result: one bundle, named by its digest. The runner's parent writes it, outside the box; what
// agents and layers said in it is theirs and may be anything.
import { z } from 'zod';
import { Phase } from './plan.ts';
import { LayerResult, RunBudget, RunnerOutcome, Stage, Usage } from './run.ts';

const count = z.int().min(0);
const sha = z.string();
const time = z.iso.datetime();

/** Version 1 had no layers, budgets and limits, of the events a digest only, and the limits that did not hold without a reason. */
export const EvidenceRecord = z.strictObject({
  version: z.literal(2).describe('Of this schema.'),
  run: z.string(),
  stage: Stage,
  phase: Phase.optional(),
  fence: z.int(),
  start: sha.describe('The commit that it started from.'),
  startedAt: time.describe('By the clock of the machine, as `finishedAt`.'),
  finishedAt: time,
  outcome: RunnerOutcome,
  runner: z.strictObject({ ephemeral: z.boolean() }),
  environment: z
    .strictObject({
      platform: z.string(),
      release: z.string().describe('Of the kernel.'),
      arch: z.string(),
      node: z.string(),
      git: z.string().nullable().describe('As `git --version` says it; null where it could not be asked.'),
    })
    .describe('Versions on the machine. The agent has its own.'),
  agent: z
    .strictObject({
      name: z.string(),
      version: z.string(),
      model: z.string(),
      goesOn: z.string().optional().describe('The conversation of an earlier run that it went on with.'),
    })
    .optional(),
  commands: z
    .array(
      z.strictObject({
        command: z.string(),
        exitCode: z.int().nullable().describe('Null where a signal ended it.'),
        durationMs: count,
      }),
    )
    .describe('What was started in boxes, in order: the agent, the setup, each layer. 500 at most.'),
  events: z
    .strictObject({
      digest: z.string().describe('SHA-256 of every byte that the agent printed.'),
      counts: z.record(z.string(), count).describe('By type, all of them.'),
      last: z
        .array(z.looseObject({ type: z.string() }))
        .describe('The newest 300, oldest first, texts cut and secrets taken out. The agent says them of itself.'),
    })
    .optional()
    .describe('Of an agent.'),
  model: z
    .strictObject({ calls: count })
    .optional()
    .describe('Requests of the box to its model, as the runner saw them.'),
  layers: z
    .array(LayerResult)
    .optional()
    .describe('Of a verification: commands, exit codes, and what the test reports say.'),
  diff: z
    .strictObject({
      added: count,
      modified: count,
      removed: count,
      other: count,
      lines: z
        .strictObject({ added: count, removed: count })
        .optional()
        .describe('Of text files; told of an agent’s work.'),
    })
    .optional()
    .describe(
      'Files. Of an agent: against its start, a rename is one added and one removed. Of a verification: against the trusted base.',
    ),
  bundle: z.strictObject({ sha256: z.string(), bytes: count, commit: sha, tree: sha }).optional(),
  restored: z
    .array(z.strictObject({ path: z.string(), how: z.enum(['restore', 'remove']) }))
    .optional()
    .describe('Files that were as the base has them, whatever the branch or the change says. 1,000 at most.'),
  budget: z
    .strictObject({
      limits: RunBudget.describe('As the policy stood at the dispatch; costs in millionths of a US dollar.'),
      used: z.strictObject({
        wallSeconds: count,
        model: Usage.optional().describe(
          'As the gateway had counted it when the agent ended. Absent where nobody could tell.',
        ),
      }),
    })
    .describe('What the run might use, and used.'),
  egress: z
    .array(
      z.strictObject({
        at: z.int().describe('Milliseconds since 1970.'),
        host: z.string(),
        port: z.int(),
        decision: z.enum(['allow', 'deny']),
        why: z.string().optional(),
      }),
    )
    .describe('Connections that boxes asked their proxy for. 1,000 at most.'),
  egressTotal: count.describe('All of them.'),
  sandbox: z.strictObject({
    name: z.string(),
    boxed: z.boolean(),
    limits: z
      .strictObject({ memoryBytes: count, cpus: z.number(), processes: count, fileBytes: count, diskBytes: count })
      .describe('Of each box. Those that `unenforced` does not name held.'),
    unenforced: z.record(z.string(), z.string()).describe('Limits that did not hold in at least one box, and why.'),
    overDisk: z
      .boolean()
      .describe('A box left more than `diskBytes`, or too many files, in its folders, the checkout included.'),
    unrouted: count.describe('Packets that were meant for an address instead of the proxy; none left a box.'),
  }),
});
export type EvidenceRecord = z.infer<typeof EvidenceRecord>;
