// A plan with several phases: each is one run, verified and pushed before the next, on one branch under one approval.
import { describe, expect, test } from 'vitest';
import { message } from '../../../../src/facts/message.ts';
import type { PlanSnapshot } from '../../../../src/facts/plan.ts';
import type { TicketFact } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  approvalRead,
  approve,
  digest,
  dispatched,
  ended,
  finished,
  gaveUp,
  headMoved,
  inspected,
  labelled,
  layersFailed,
  pat,
  plan,
  planPushed,
  planRead,
  pullOpened,
  refusedBundle,
  run,
  sha,
  startRead,
  toPublishingPlan,
  unlabelled,
  workPushed,
} from '../builders.ts';
import { ticket } from '../lifecycle.ts';

const titles = ['Rates', 'Quotes', 'Command', 'Documents'];
const phases = titles.map((title, n) => ({ title, tasks: n + 1 }));
const phased = plan('one', { phases });
const at = (head: string, more: Partial<PlanSnapshot> = {}) =>
  planRead(head, { plan: plan('one', { commit: head, phases, ...more }) });
const phase = (n: number) => ({ n, of: 4, title: titles[n - 1] });

const given = approve();
const approved = approvalRead(given, { plan: phased });
const toApproved: TicketFact[] = [
  ...toPublishingPlan,
  inspected(1),
  planPushed(1, phased),
  pullOpened(),
  given,
  approved,
];

const headOf = (n: number): string => (n === 0 ? phased.commit : sha(`phase ${n}`));
/** Of phase n: run 2n implements from the head before it, run 2n + 1 verifies. */
const made = (n: number): TicketFact[] => [
  dispatched(2 * n, 'implement', headOf(n - 1)),
  finished(2 * n, 'implement'),
  inspected(2 * n),
  dispatched(2 * n + 1, 'verify', headOf(n - 1)),
];
const pushed = (n: number): TicketFact[] => [
  ...made(n),
  finished(2 * n + 1, 'verify'),
  workPushed(2 * n + 1, headOf(n)),
];
/** Up to the approval that is read again after phase n. */
const toAfter = (n: number): TicketFact[] => [
  ...toApproved,
  ...Array.from({ length: n }, (_, index) => index + 1).flatMap((one) =>
    one < n ? [...pushed(one), at(headOf(one))] : pushed(one),
  ),
];
const retry = () => allowed({ name: 'retry' });

describe('four phases', () => {
  test('are four runs on one branch, each from the commit of the one before, then a review', () => {
    const spec = ticket().given(...toApproved);
    for (const n of [1, 2, 3, 4]) {
      spec.stage('implementing', { run: run(2 * n), phase: phase(n) });
      expect(spec.command('DispatchRun')).toMatchObject({ stage: 'implement', start: headOf(n - 1), phase: phase(n) });
      spec.given(...made(n)).stage('verifying', { phase: phase(n) });
      spec.when(finished(2 * n + 1, 'verify')).stage('publishing');
      expect(spec.command('PushTree')).toMatchObject({ phase: phase(n), expect: headOf(n - 1), madeBy: run(2 * n) });
      spec.when(workPushed(2 * n + 1, headOf(n)));
      if (n === 4) break;
      spec.stage('between_phases', { phase: phase(n) });
      expect(spec.command('ReadPlan')).toMatchObject({ head: headOf(n), approval: { planDigest: phased.digest } });
      spec.when(at(headOf(n)));
    }
    spec.stage('in_review');
    const lines = spec.state.runs.map(({ stage, phase: of }) => `${stage} ${of?.n ?? ''}`);
    expect(lines.slice(1)).toEqual([1, 2, 3, 4].flatMap((n) => [`implement ${n}`, `verify ${n}`]));
    expect(spec.state).toMatchObject({ head: headOf(4), built: phased.digest });
    expect(spec.stream.journal.filter(({ type }) => type === 'PhaseCompleted')).toMatchObject(
      [1, 2, 3, 4].map((n) => ({ phase: phase(n), from: headOf(n - 1), sha: headOf(n), run: run(2 * n + 1) })),
    );
  });

  test('a run is told where the approved text stands and what the phases before it changed', () => {
    const spec = ticket()
      .given(...toAfter(2))
      .when(at(headOf(2)));
    expect(spec.command('DispatchRun').phase).toEqual({
      ...phase(3),
      approved: phased.commit,
      earlier: [
        { from: headOf(0), to: headOf(1) },
        { from: headOf(1), to: headOf(2) },
      ],
    });
  });

  test('each start names the phase before it as its signal, at its own head', () => {
    const spec = ticket()
      .given(...toAfter(1))
      .when(at(headOf(1)));
    expect(spec.command('DispatchRun').signal).toEqual({
      key: `phase:${headOf(1)}`,
      why: message('signal-phase', { n: '1', of: '4' }),
    });
  });

  test('one that is done is not begun again by the same reading told twice', () => {
    ticket()
      .given(...toAfter(1), at(headOf(1)))
      .when(at(headOf(1)))
      .nothing();
  });

  test('a plan with one phase knows of none', () => {
    const spec = ticket().given(
      ...toPublishingPlan,
      inspected(1),
      planPushed(1),
      pullOpened(),
      given,
      approvalRead(given),
    );
    expect(spec.command('DispatchRun').phase).toBeUndefined();
    spec.given(...made(1), finished(3, 'verify')).when(workPushed(3, headOf(1)));
    spec.stage('in_review');
    expect(spec.stream.journal.some(({ type }) => type === 'PhaseCompleted')).toBe(false);
  });
});

describe('between two phases', () => {
  test('an approval that fell stops the work there; approved again, it goes on with the next phase', () => {
    const spec = ticket()
      .given(...toAfter(2))
      .when(at(headOf(2), { baseDigest: digest('moved') }))
      .stage('awaiting_approval');
    spec.then({ commands: [] });
    const again = approve();
    spec.given(again, approvalRead(again, { head: headOf(2), plan: plan('one', { commit: headOf(2), phases }) }));
    spec.stage('implementing', { phase: phase(3) });
    expect(spec.command('DispatchRun').start).toBe(headOf(2));
  });

  test('an edited plan begins with its first phase', () => {
    const two = plan('two', { commit: headOf(2), phases: phases.slice(0, 2) });
    const spec = ticket()
      .given(...toAfter(2))
      .when(planRead(headOf(2), { plan: two }))
      .stage('awaiting_approval');
    const again = approve();
    spec.given(again, approvalRead(again, { head: headOf(2), plan: two }));
    spec.stage('implementing', { phase: { n: 1, of: 2 } });
  });

  test('a hold, a cancel and a label that is taken off stop it; /unhold goes on with the next phase', () => {
    const spec = ticket()
      .given(...toAfter(2), ...allowed({ name: 'hold' }))
      .blocked('held', 'implement');
    spec.when(at(headOf(2))).nothing();
    spec.given(...allowed({ name: 'unhold' })).stage('implementing', { phase: phase(3) });
    ticket()
      .given(...toAfter(2), unlabelled(pat, 90))
      .stage('canceled');
  });

  test('what people push is not overwritten: it stops, and /retry goes on from there with the next phase', () => {
    const spec = ticket()
      .given(...toAfter(2), headMoved(sha('theirs')))
      .when(at(headOf(2)))
      .nothing();
    spec.when(at(sha('theirs'))).blocked('branch-moved', 'implement');
    spec.given(...retry()).stage('implementing', { phase: phase(3) });
    expect(spec.command('DispatchRun').start).toBe(sha('theirs'));
  });

  test('an approval that cannot be read stops it', () => {
    ticket()
      .given(...toAfter(2))
      .when(gaveUp('ReadPlan'))
      .blocked('gave-up', 'implement')
      .given(...retry())
      .stage('implementing', { phase: phase(3) });
  });
});

describe('a phase that fails', () => {
  const failing: [string, TicketFact[], string][] = [
    [
      'its run',
      [dispatched(6, 'implement', headOf(2)), ended(6, 'implement', { kind: 'timed_out', why: 'slow' })],
      'run-timed_out',
    ],
    [
      'its inspection',
      [dispatched(6, 'implement', headOf(2)), finished(6, 'implement'), refusedBundle(6)],
      'bundle-protected',
    ],
    ['its verification', [...made(3), finished(7, 'verify', { layers: layersFailed })], 'verification-failed'],
  ];
  test.each(failing)('in %s keeps the branch, and /retry goes on with that phase', (_, facts, why) => {
    const spec = ticket()
      .given(...toAfter(2), at(headOf(2)), ...facts)
      .blocked(why, 'implement');
    expect(spec.state.head).toBe(headOf(2));
    expect(spec.state.runs.filter(({ phase: of }) => of?.n === 3).length).toBeGreaterThan(0);
    spec.given(...retry()).stage('implementing', { phase: phase(3) });
    expect(spec.command('DispatchRun').start).toBe(headOf(2));
  });

  test('by its runner is tried again by itself, the same phase', () => {
    const spec = ticket()
      .given(...toAfter(2), at(headOf(2)), dispatched(6, 'implement', headOf(2)))
      .when({ type: 'RunLost', run: run(6), outcome: { kind: 'failed', class: 'infrastructure', why: 'gone' } })
      .stage('retrying', { resume: 'implement' });
    spec.after(600).when({ type: 'Woken' });
    spec.stage('implementing', { phase: phase(3) });
  });

  test('and is mended by a push of people is done once that is verified; the next one begins there', () => {
    const theirs = sha('theirs');
    const spec = ticket()
      .given(...toAfter(2), at(headOf(2)), ...made(3), finished(7, 'verify', { layers: layersFailed }))
      .given(headMoved(theirs))
      .when(at(theirs))
      .stage('verifying', { run: run(8), subject: { kind: 'head', sha: theirs }, phase: phase(3) });
    spec.given(dispatched(8, 'verify', theirs), finished(8, 'verify')).stage('between_phases', { phase: phase(3) });
    spec.when(at(theirs)).stage('implementing', { phase: phase(4) });
    expect(spec.command('DispatchRun')).toMatchObject({ start: theirs });
  });

  test('a revoke while people’s mend is verified leads back to verifying it, not to making it again', () => {
    const theirs = sha('theirs');
    const spec = ticket().given(
      ...toAfter(2),
      at(headOf(2)),
      ...made(3),
      finished(7, 'verify', { layers: layersFailed }),
      headMoved(theirs),
      at(theirs),
    );
    spec.when(at(theirs, { baseDigest: digest('moved') })).stage('awaiting_approval');
    const again = approve();
    spec.given(again, approvalRead(again, { head: theirs, plan: plan('one', { commit: theirs, phases }) }));
    spec.stage('verifying', { subject: { kind: 'head', sha: theirs }, phase: phase(3) });
  });
});

describe('a push that is told late', () => {
  test('after a revoke: the phase is done all the same', () => {
    const spec = ticket()
      .given(...toApproved, ...made(1), finished(3, 'verify'))
      .given(at(phased.commit, { baseDigest: digest('moved') }))
      .stage('awaiting_approval')
      .given(workPushed(3, headOf(1)));
    const again = approve();
    spec.given(again, approvalRead(again, { head: headOf(1), plan: plan('one', { commit: headOf(1), phases }) }));
    spec.stage('implementing', { phase: phase(2) });
  });

  test('after a hold: the approval is read before the next phase', () => {
    const spec = ticket()
      .given(...toApproved, ...made(1), finished(3, 'verify'), ...allowed({ name: 'hold' }), workPushed(3, headOf(1)))
      .blocked('held', 'publish')
      .given(...allowed({ name: 'unhold' }))
      .stage('between_phases', { phase: phase(1) });
    expect(spec.command('ReadPlan').head).toBe(headOf(1));
    spec.when(at(headOf(1))).stage('implementing', { phase: phase(2) });
  });
});

describe('when all phases are done', () => {
  test('a repair is about the whole plan', () => {
    const spec = ticket().given(...toAfter(4), headMoved(sha('fix')), at(sha('fix')));
    spec.stage('verifying', { subject: { kind: 'head' } });
    expect(spec.command('DispatchRun').phase).toBeUndefined();
    spec.given(dispatched(10, 'verify', sha('fix')), finished(10, 'verify', { layers: layersFailed }), ...retry());
    spec.stage('implementing', { run: run(11) });
    expect(spec.command('DispatchRun').phase).toBeUndefined();
  });

  test('started anew, nothing of them is left', () => {
    const spec = ticket().given(...toAfter(2), at(headOf(2)), ...allowed({ name: 'cancel' }));
    spec.given(labelled(undefined, 'first', 80), startRead()).stage('planning');
  });
});
