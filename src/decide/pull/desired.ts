// What should be seen of a pull request: its check runs, the one policy comment, the answers to comments.
import { type Message, message } from '../../facts/message.ts';
import type { LayerName } from '../../facts/policy.ts';
import type { LayerResult } from '../../facts/run.ts';
import type { Context } from '../contract.ts';
import type { CheckName, Target } from '../target.ts';
import { answersTo } from '../ticket/desired.ts';
import type { CheckStatus, CheckView } from './check-view.ts';
import { blockers } from './gate.ts';
import { governance } from './governance.ts';
import { mergedBy } from './merge-gate.ts';
import type { PullState } from './state.ts';
import type { StickyView } from './sticky-view.ts';

type Shown = { name: CheckName; view: CheckView };

export function desiredOfPull(state: PullState, _: Context): Target[] {
  const { header } = state;
  const answers = state.receipts.flatMap(answersTo);
  if (!header || (header.state === 'closed' && !state.gate)) return answers;
  const shown = checksOf(state);
  const sha = header.head.sha;
  const passing = isPassing(state);
  const sticky = header.origin === 'gantry' && state.ticket && !passing ? stickyOf(state, shown) : undefined;
  return [
    ...shown
      .filter(({ name }) => !passing || name !== 'harness/gate')
      .map(
        ({ name, view }): Target => ({
          id: `check/${sha}/${name}`,
          kind: 'check',
          sha,
          name,
          view: header.state === 'closed' ? { ...view, over: true } : view,
        }),
      ),
    ...groupOf(state),
    ...(sticky ? [{ id: `sticky/${header.number}`, kind: 'sticky', pull: header.number, view: sticky } as const] : []),
    ...answers,
  ];
}

/**
 * States of our own pull requests that last a moment and clear by themselves: what is shown stays until it is known what
 * comes after them. Our gate is never green before the merge, so nothing is opened by that; other people's is closed at once.
 */
const moments = ['gate-gathering', 'gate-readying', 'gate-merging'];

const isPassing = (state: PullState): boolean =>
  state.header?.origin === 'gantry' && !state.ticket?.standstill && moments.includes(gateView(state).title.id);

/**
 * A merge queue waits for the gate at a commit of its own. What people and forks bring is judged as it is; our own work is
 * verified at its head and merged by us, and the queue's commit was verified by nobody, so it is refused there.
 */
function groupOf(state: PullState): Target[] {
  const { group, header } = state;
  if (group === undefined || header?.state !== 'open') return [];
  const view: CheckView =
    header.origin === 'gantry'
      ? { status: 'failure', title: message('gate-merge-queue'), reasons: [], times: 0 }
      : { ...gateView(state), times: 0 };
  return [{ id: `check/${group}/harness/gate`, kind: 'check', sha: group, name: 'harness/gate', view }];
}

function checksOf(state: PullState): Shown[] {
  const { header, snapshot } = state;
  const layers = layersShown(state);
  const judged = snapshot?.head === header?.head.sha && governance(state).outcome !== 'pending';
  const times = (name: CheckName) => state.rerequested[name] ?? 0;
  return [
    ...(layers ?? []).map(
      (layer): Shown => ({
        name: `harness/${layer.layer}`,
        view: { ...layerView(layer), times: times(`harness/${layer.layer}`) },
      }),
    ),
    ...(judged
      ? [
          {
            name: 'harness/governance',
            view: { ...governanceView(state), times: times('harness/governance') },
          } as const,
        ]
      : []),
    { name: 'harness/gate', view: { ...gateView(state), times: times('harness/gate') } },
  ];
}

/** Of this head; of a tree that was not pushed only when the work stopped on it. */
function layersShown({ header, ticket }: PullState): LayerResult[] | undefined {
  const layers = ticket?.layers;
  if (!layers || layers.sha !== header?.head.sha || (layers.stored && ticket.stage !== 'blocked')) return undefined;
  return layers.results;
}

const layerStatus = {
  success: 'success',
  failure: 'failure',
  skipped: 'skipped',
  timed_out: 'timed_out',
  unknown: 'failure',
} as const satisfies Record<LayerResult['conclusion'], CheckStatus>;

const layerView = (layer: LayerResult): Omit<CheckView, 'times'> => ({
  status: layerStatus[layer.conclusion],
  title: message(`layer-${layer.conclusion}`, { layer: layer.layer, why: layer.why }),
  reasons: [],
  layer,
});

function governanceView(state: PullState): Omit<CheckView, 'times'> {
  const verdict = governance(state);
  const status = (
    { pass: 'success', fail: 'failure', error: 'failure', pending: 'in_progress', skip: 'neutral' } as const
  )[verdict.outcome];
  return { status, title: message(`governance-${verdict.outcome}`, verdict.data), reasons: [], verdict };
}

/** As the merge effect publishes it a moment before the merge, so that nothing is left to write after it. */
export const mergedGate: Omit<CheckView, 'times'> = { status: 'success', title: message('gate-open'), reasons: [] };

export function gateView(state: PullState): Omit<CheckView, 'times'> {
  const { header } = state;
  if (header?.merged) return mergedGate;
  if (header?.state === 'closed') return { status: 'failure', title: message('gate-closed'), reasons: [] };
  const list = blockers(state);
  const [first] = list;
  if (first) {
    // What clears by itself is no reason to read, unless it is all there is.
    const reasons = list.filter((one) => one === first || one.status !== 'in_progress').map(({ why }) => why);
    return { status: first.status, title: first.why, reasons };
  }
  const ours = header?.origin === 'gantry';
  // It turns green at the last moment: the merge effect publishes success after it has read everything again.
  if (ours && mergedBy(state) === 'gantry')
    return { status: 'in_progress', title: message('gate-merging'), reasons: [] };
  return ours && state.ticket?.isolation === 'reused'
    ? { ...mergedGate, title: message('gate-reused-runner') }
    : mergedGate;
}

function stickyOf(state: PullState, shown: Shown[]): StickyView {
  const { header, ticket } = state;
  const gate = shown.find(({ name }) => name === 'harness/gate')?.view ?? { ...gateView(state), times: 0 };
  return {
    origin: header?.origin ?? 'gantry',
    head: header?.head.sha ?? '',
    gate: { ...gate, times: 0 },
    checks: shown
      .filter(({ name }) => name !== 'harness/gate')
      .map(({ name, view }) => ({ name, view: { ...view, times: 0 } })),
    evidence: evidenceOf(state),
    ...(ticket && { ticket }),
    next: nextOf(state),
  };
}

function evidenceOf(state: PullState): StickyView['evidence'] {
  const current = layersShown(state);
  const { ticket } = state;
  const absent = ticket?.phase ? 'not_run' : 'missing';
  const criteria = ticket?.plan?.criteria ?? ticket?.criteria.map((criterion) => ({ ...criterion, tests: [] })) ?? [];
  // A plan quotes the issue; what people asked for is what the issue says.
  const asked = new Map(ticket?.criteria.map(({ id, text }) => [id, text]));
  return criteria.map(({ id, text, tests }) => ({
    id,
    text: asked.get(id) ?? text,
    tests: tests.map(({ layer, name }) => ({ layer, name, status: statusOf(current, layer, name) ?? absent })),
  }));
}

/** The same matching as the evidence check: the case's full name, or its last part. */
function statusOf(
  results: readonly LayerResult[] | undefined,
  layer: LayerName,
  name: string,
): StickyView['evidence'][number]['tests'][number]['status'] | undefined {
  if (!results) return 'not_run';
  const tests = results.find((result) => result.layer === layer)?.tests ?? [];
  return tests.find((test) => test.name === name || test.name.endsWith(` > ${name}`))?.status;
}

function nextOf(state: PullState): Message {
  const { header, ticket } = state;
  if (header?.merged) return message('next-merged');
  if (header?.state === 'closed') return message('next-closed');
  const [first] = blockers(state);
  if (ticket?.stage === 'in_review' && first) return message(`next-${first.why.id}`, first.why.data);
  if (ticket?.stage === 'in_review')
    return mergedBy(state) === 'gantry' ? message('next-merging') : message('next-merge-it');
  return ticket?.next ?? message('next-checking');
}
