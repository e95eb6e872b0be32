// The policy of one repository: what `.github/harness.yml` may say, with every default. config/policy.ts reads the file.
import { z } from 'zod';

const glob = z.string().min(1).max(200);
const minutes = z
  .int()
  .min(1)
  .max(24 * 60);

const dollars = z.number().min(0.01).max(1_000_000);
const price = z.number().min(0).max(10_000);

export const LayerName = z.enum(['static', 'unit', 'integration', 'smoke']);
export type LayerName = z.infer<typeof LayerName>;

export const LayerPolicy = z.strictObject({
  run: z.string().min(1).max(2_000).describe('Shell command, run from the repository root in a fresh box.'),
  report: z
    .strictObject({
      format: z.enum(['junit', 'ctrf']),
      path: z.string().min(1).max(300).describe('File the command writes, relative to the repository root.'),
    })
    .optional()
    .describe('Where the command leaves its test report. Absent: only the exit code is known, no counts.'),
  timeoutMinutes: minutes.default(10),
});
export type LayerPolicy = z.infer<typeof LayerPolicy>;

export const AgentName = z.enum(['codex', 'claude_code', 'gemini_cli', 'openhands', 'acp']);
export type AgentName = z.infer<typeof AgentName>;

/** The wire format an agent asks its model in; also the path segment of the gateway that serves it. */
export const ModelProtocol = z.enum(['openai-responses', 'anthropic-messages', 'gemini']);
export type ModelProtocol = z.infer<typeof ModelProtocol>;

const homePath = z
  .string()
  .max(200)
  .regex(/^(?!\/)(?!.*\.\.)[A-Za-z0-9._*/-]+$/, 'must lie below the home: relative, without ".."');

export const AcpAgent = z.strictObject({
  command: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(50)
    .describe('Program and arguments. `{model}` stands for the name of the model.'),
  protocol: ModelProtocol.describe('What it asks its model in; the gateway answers that and nothing else.'),
  env: z
    .record(z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/), z.string().max(1_000))
    .default({})
    .describe('`{url}`, `{model}` and `{home}` stand for the address of the model, its name and the home.'),
  files: z.record(homePath, z.string().max(20_000)).default({}).describe('Files of its home, by path: its settings.'),
  authenticate: z.string().min(1).max(100).optional().describe('The method of `authenticate` to call, if any.'),
  keeps: z
    .array(homePath)
    .max(10)
    .default([])
    .describe('Folders of its home that hold conversations, if it can load one.'),
});
export type AcpAgent = z.infer<typeof AcpAgent>;

export const Category = z.enum(['docs', 'tests', 'deps', 'code', 'schema', 'auth', 'infra']);
export type Category = z.infer<typeof Category>;

export const GateStage = z.enum(['start', 'plan', 'merge']);
export type GateStage = z.infer<typeof GateStage>;

const login = z.string().min(1).max(39);

export const GateRule = z.strictObject({
  stage: GateStage.describe('Before a plan is made, before it is carried out, or before the merge.'),
  when: z
    .strictObject({
      paths: z.array(glob).min(1).max(50).optional().describe('Any of these is touched, or may be.'),
      categories: z.array(Category).min(1).optional().describe('Anything of these kinds is touched, or may be.'),
      labels: z.array(z.string().min(1).max(100)).min(1).max(50).optional().describe('The issue has any of these.'),
      files: z.int().min(0).optional().describe('More files than this.'),
      lines: z.int().min(0).optional().describe('More added lines than this.'),
    })
    .prefault({})
    .describe('All that are named must hold; what is not known yet holds. At the start only `labels`. Empty: always.'),
  approvals: z
    .int()
    .min(0)
    .max(5)
    .default(1)
    .describe(
      'Approvals of different people. 0 without approvers waives the approval of a plan for docs and tests only; not for the start.',
    ),
  approvers: z.array(login).max(50).default([]).describe('One of these must be among them.'),
});
export type GateRule = z.infer<typeof GateRule>;
/** Written from documentation, never run with the real CLI: only a repository that says so gets them. */
export const unverifiedAgents: readonly AgentName[] = ['openhands'];

/** As GitHub's identity tokens name them (`runner_environment`). */
export const RunnerKind = z.enum(['self-hosted', 'github-hosted']);
export type RunnerKind = z.infer<typeof RunnerKind>;

export const Policy = z.strictObject({
  version: z.literal(1).describe('Version of this file format.'),
  agent: AgentName.default('codex').describe('Which agent plans and implements.'),
  unverifiedAgents: z.boolean().default(false).describe('Allows agents whose adapter was never run with the real CLI.'),
  acp: AcpAgent.optional().describe('With `agent: acp`: the agent that speaks the Agent Client Protocol.'),
  model: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("Model name as the provider spells it. Absent: the adapter's default."),
  setup: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .describe('Command that prepares a fresh checkout, run in the box before the layers.'),
  egress: z
    .array(z.string().min(1).max(253))
    .max(50)
    .default([])
    .describe('Hosts the box may reach, beside the model. `*.example.org` covers subdomains.'),
  registries: z
    .array(z.string().min(1).max(500))
    .max(20)
    .default([])
    .describe(
      'Private package registries, like `https://npm.example.org/team/`. The box may read what lies below, with a credential that the runner holds and the box never sees.',
    ),
  runners: z
    .array(RunnerKind)
    .min(1)
    .max(2)
    .default(['self-hosted'])
    .describe(
      "Kinds of runner that may take runs. `github-hosted`: GitHub's own machines, told apart by what GitHub signs.",
    ),
  layers: z
    .strictObject({
      static: LayerPolicy.optional(),
      unit: LayerPolicy.optional(),
      integration: LayerPolicy.optional(),
      smoke: LayerPolicy.optional(),
    })
    .default({})
    .describe('The verification layers. One that is left out is reported as skipped.'),
  protected: z
    .array(glob)
    .max(200)
    .default([])
    .describe('Paths no agent may change, beside `.github/**` and `.git*`, which are always protected.'),
  approval: z
    .strictObject({
      requester: z
        .boolean()
        .default(false)
        .describe('May the person who asked for the work approve its start, its plan and its code?'),
      approvers: z
        .array(z.string().min(1).max(39))
        .max(50)
        .default([])
        .describe('Logins who alone may approve. Empty: anyone with write.'),
    })
    .prefault({}),
  gates: z
    .strictObject({
      expireDays: z
        .int()
        .min(1)
        .max(365)
        .optional()
        .describe('Days after which a start or a plan that nobody approved is put aside. Absent: it waits.'),
      rules: z
        .array(GateRule)
        .max(50)
        .default([])
        .describe('Where more, or for docs and tests less, is asked for than one approval of the plan and one review.'),
    })
    .prefault({}),
  merge: z
    .strictObject({
      by: z.enum(['gantry', 'people']).default('gantry').describe('Who presses merge once the gate is open.'),
      method: z.enum(['squash', 'merge', 'rebase']).default('squash'),
    })
    .prefault({}),
  push: z
    .enum(['ask', 'after-verify'])
    .default('ask')
    .describe('What happens to a verified tree while workflows with secrets would run on its push.'),
  concurrency: z.int().min(1).max(100).default(2).describe('Runs of this repository at the same time.'),
  budgets: z
    .strictObject({
      runMinutes: minutes.default(45).describe('Wall clock of one run.'),
      inactiveMinutes: minutes
        .default(15)
        .describe(
          'How long a run may go on without progress. A heartbeat is not progress; a layer may take its own time.',
        ),
      runTokens: z
        .int()
        .min(1_000)
        .max(100_000_000)
        .default(2_000_000)
        .describe('Input plus output tokens of one run.'),
      runCalls: z.int().min(1).max(10_000).default(500).describe('Model calls of one run, failed ones included.'),
      ticketTokens: z
        .int()
        .min(1_000)
        .max(1_000_000_000)
        .default(10_000_000)
        .describe('Input plus output tokens of one ticket over its whole life.'),
      ticketRuns: z.int().min(1).max(1_000).default(30).describe('Runs of one ticket over its whole life.'),
      dayTokens: z
        .int()
        .min(1_000)
        .max(10_000_000_000)
        .default(50_000_000)
        .describe('Input plus output tokens of this repository in one day (UTC).'),
      runCost: dollars.optional().describe('US dollars of one run. Absent: not limited.'),
      ticketCost: dollars.optional().describe('US dollars of one ticket over its whole life. Absent: not limited.'),
      dayCost: dollars.optional().describe('US dollars of this repository in one day (UTC). Absent: not limited.'),
      modelPrice: z
        .strictObject({ input: price, output: price })
        .optional()
        .describe(
          'US dollars per million tokens of `model`. Needed with a budget in dollars where Gantry knows no price.',
        ),
    })
    .prefault({}),
});
export type Policy = z.infer<typeof Policy>;

/** What became of reading the file on the default branch. `broken` never falls back to defaults. */
export const PolicyRead = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('ok'), policy: Policy, blob: z.string() }),
  z.strictObject({ status: z.literal('absent') }),
  z.strictObject({
    status: z.literal('broken'),
    blob: z.string(),
    problems: z.array(z.strictObject({ line: z.int(), message: z.string() })),
  }),
]);
export type PolicyRead = z.infer<typeof PolicyRead>;
