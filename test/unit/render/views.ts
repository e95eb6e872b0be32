// Small views as the lifecycles make them; a test changes what it is about.
import type { CheckStatus, CheckView } from '../../../src/decide/pull/check-view.ts';
import type { StickyView } from '../../../src/decide/pull/sticky-view.ts';
import type { CheckName } from '../../../src/decide/target.ts';
import { type Message, message } from '../../../src/facts/message.ts';
import type { TicketReport } from '../../../src/facts/pull.ts';
import type { LayerResult } from '../../../src/facts/run.ts';
import { all, type Verdict } from '../../../src/facts/verdict.ts';

export const head = 'c0ffee00'.repeat(5);
export const digest = '1a2b3c4d'.repeat(8);
const base = '5e6f7a8b'.repeat(8);
const body = '9c0d1e2f'.repeat(8);

export const view = (status: CheckStatus, title: Message, more: Partial<CheckView> = {}): CheckView => ({
  status,
  title,
  reasons: [],
  times: 0,
  ...more,
});

export const gate = (status: CheckStatus, ...reasons: readonly [Message, ...Message[]]): CheckView =>
  view(status, reasons[0], { reasons });

export const layer = (name: LayerResult['layer'], more: Partial<LayerResult> = {}): LayerResult => ({
  layer: name,
  conclusion: 'success',
  why: 'the command exited with 0',
  command: `npm run ${name}`,
  exitCode: 0,
  durationMs: 3_210,
  counts: { passed: 12, failed: 0, skipped: 0 },
  ...more,
});

export const layerCheck = (result: LayerResult): { name: CheckName; view: CheckView } => ({
  name: `harness/${result.layer}`,
  view: view(
    result.conclusion === 'success' ? 'success' : result.conclusion === 'skipped' ? 'skipped' : 'failure',
    message(`layer-${result.conclusion}`, { layer: result.layer, why: result.why }),
    { layer: result },
  ),
});

const passed = (check: string, messageId: string, data: Record<string, string> = {}): Verdict => ({
  outcome: 'pass',
  messageId,
  data,
  check,
});

export const verdictParts = {
  policy: passed('policy-file', 'readable'),
  readiness: passed('readiness', 'ready', { count: '2' }),
  plan: passed('plan-conformance', 'conforms', { change: 'add-bulk-discount', criteria: '2', files: '3' }),
  paths: passed('protected-paths', 'untouched', { files: '3' }),
  secrets: passed('secrets', 'clean'),
  evidence: passed('evidence', 'proven', { criteria: '2', tests: '3', head: head.slice(0, 8) }),
} satisfies Record<string, Verdict>;

export const governanceVerdict = (changed: { [Part in keyof typeof verdictParts]?: Verdict } = {}): Verdict =>
  all('governance', Object.values({ ...verdictParts, ...changed }));

export const notRun: Verdict = { outcome: 'pending', messageId: 'not-run', data: { head }, check: 'evidence' };

export const leftScope: Verdict = {
  outcome: 'fail',
  messageId: 'deviates',
  data: { count: '1' },
  check: 'plan-conformance',
  children: [
    {
      outcome: 'fail',
      messageId: 'out-of-scope',
      data: { path: 'src/other.js' },
      check: 'plan-conformance',
      at: [{ path: 'src/other.js' }],
    },
  ],
};

export const governance = (verdict: Verdict): { name: CheckName; view: CheckView } => ({
  name: 'harness/governance',
  view: view(
    ({ pass: 'success', fail: 'failure', error: 'failure', pending: 'in_progress', skip: 'neutral' } as const)[
      verdict.outcome
    ],
    message(`governance-${verdict.outcome}`, verdict.data),
    { verdict },
  ),
});

const criteria = [
  { id: 'AC-1', text: 'When a shipment has 10 parcels or more, each is priced at its list price less 10 percent.' },
  { id: 'AC-2', text: 'If a shipment has no parcel, then the quote shall be refused.' },
];

const tests = [
  [
    { layer: 'unit', name: 'prices ten parcels with the discount' },
    { layer: 'integration', name: 'quotes a pallet' },
  ],
  [{ layer: 'unit', name: 'refuses an empty shipment' }],
] as const;

type TestStatus = StickyView['evidence'][number]['tests'][number]['status'];

export const evidence = (status: TestStatus): StickyView['evidence'] =>
  criteria.map((criterion, index) => ({
    ...criterion,
    tests: (tests[index] ?? []).map((test) => ({ ...test, status })),
  }));

const folder = 'openspec/changes/add-bulk-discount';

export const ticket = (more: Partial<TicketReport> = {}): TicketReport => ({
  issue: 7,
  title: 'Bulk discount',
  stage: 'awaiting_approval',
  requester: { id: 1, login: 'mia', kind: 'person' },
  criteria,
  bodyDigest: body,
  plan: {
    changeId: 'add-bulk-discount',
    commit: head,
    digest,
    baseDigest: base,
    baseRef: 'main',
    scope: ['src/shipment.js', 'test/**'],
    criteria: criteria.map((criterion, index) => ({ ...criterion, tests: [...(tests[index] ?? [])] })),
    validation: { valid: true, problems: [] },
    files: ['design.md', 'proposal.md', 'specs/quotes/spec.md', 'tasks.md', 'test-plan.json'].map((name) => ({
      path: `${folder}/${name}`,
      blob: head,
    })),
  },
  pushed: [head],
  runs: [{ run: '99-7-1', stage: 'plan', workflowRun: 4242, outcome: { kind: 'delivered' }, evidence: digest }],
  tokens: { input: 52_310, output: 4_120 },
  isolation: 'box',
  ...more,
});

export const approved = (more: Partial<TicketReport> = {}): TicketReport =>
  ticket({
    approval: {
      by: { id: 2, login: 'noor', kind: 'person' },
      comment: 555,
      at: '2026-03-01T10:00:05Z',
      planDigest: digest,
      planCommit: head,
      bodyDigest: body,
      baseRef: 'main',
      baseDigest: base,
    },
    runs: [
      { run: '99-7-1', stage: 'plan', workflowRun: 4242, outcome: { kind: 'delivered' } },
      { run: '99-7-2', stage: 'implement', workflowRun: 4250, outcome: { kind: 'delivered' } },
      { run: '99-7-3', stage: 'verify', workflowRun: 4251, outcome: { kind: 'delivered' } },
    ],
    tokens: { input: 1_204_000, output: 38_400 },
    ...more,
  });

export const fourLayers = ['static', 'unit', 'integration', 'smoke'] as const;

/** Waiting for approval of the plan. */
export const awaiting: StickyView = {
  origin: 'gantry',
  head,
  gate: gate('action_required', message('gate-needs-approval'), message('gate-governance-pending')),
  checks: [governance(governanceVerdict({ evidence: notRun }))],
  evidence: evidence('not_run'),
  ticket: ticket(),
  next: message('next-approve', { digest }),
};

/** Done, verified, and waiting for a review. */
export const inReview: StickyView = {
  origin: 'gantry',
  head,
  gate: gate('action_required', message('gate-needs-review')),
  checks: [...fourLayers.map((name) => layerCheck(layer(name))), governance(governanceVerdict())],
  evidence: evidence('passed'),
  ticket: approved({ stage: 'in_review' }),
  next: message('next-gate-needs-review'),
};
