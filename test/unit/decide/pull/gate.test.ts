// May this head be merged? Blockers in their order, the reviews that count, and the merge itself.
import { describe, expect, test } from 'vitest';
import { type CheckView, statuses, worst } from '../../../../src/decide/pull/check-view.ts';
import { blockers } from '../../../../src/decide/pull/gate.ts';
import { message } from '../../../../src/facts/message.ts';
import type { Actor } from '../../../../src/facts/person.ts';
import type { PullFact, PullHeader, TicketReport } from '../../../../src/facts/pull.ts';
import type { PullSnapshot } from '../../../../src/facts/pull-snapshot.ts';
import {
  ann,
  at,
  atHead,
  bo,
  brokenPolicy,
  digest,
  gantry,
  gathered,
  gaveUp,
  layersFailed,
  layersPassed,
  observed,
  pat,
  plan,
  policyWith,
  rae,
  review,
  reviewed,
  reviewerRead,
  sha,
  toReview,
  work,
} from '../builders.ts';
import { pull, ticket, timeOf } from '../lifecycle.ts';

const told = (() => {
  const spec = ticket();
  let last: TicketReport | undefined;
  for (const fact of toReview) last = spec.when(fact).told('TicketReported').at(-1)?.report ?? last;
  if (!last) throw new Error('the ticket told nothing');
  return last;
})();

type World = {
  report?: Partial<TicketReport>;
  header?: Partial<PullHeader>;
  snapshot?: Partial<PullSnapshot>;
  reviews?: readonly PullFact[];
  by?: Actor;
};
/** Everything in order, but for what is named. */
const inOrder = ({ report, header, snapshot, reviews = [review()], by = gantry }: World = {}) => {
  const facts: PullFact[] = [
    observed('opened'),
    observed('synchronize', { ...atHead(work), ...header }, by),
    { type: 'TicketReported', report: { ...told, ...report } },
    gathered(work, snapshot),
    ...(header?.draft === true ? [] : ([{ type: 'PullReadied', done: true }] as const)),
    ...reviews.flatMap((fact) => [fact, ...(fact.type === 'PullReviewed' ? [reviewerRead(fact)] : [])]),
  ];
  return pull().given(...facts);
};
const merges = (spec: ReturnType<typeof pull>) => spec.stream.last.commands.filter(({ type }) => type === 'MergePull');

test('in order, the gate stays in progress and the merge is asked for with everything it is bound to', () => {
  const spec = inOrder().gate('gate-merging', 'in_progress');
  expect(merges(spec)).toMatchObject([
    {
      head: work,
      base: 'main',
      reviewers: ['ann'],
      policyBlob: sha('policy'),
      ticket: {
        planDigest: plan().digest,
        baseDigest: digest('base'),
        bodyDigest: digest('first'),
        approvers: ['ann'],
      },
    },
  ]);
  expect(merges(spec.when({ type: 'CommentChanged', comment: 3, how: 'edited', by: pat }))).toEqual([]);
});

describe('what stands in the way', () => {
  const unit = (conclusion: 'failure' | 'unknown' | 'timed_out') =>
    layersPassed.map((one) => (one.layer === 'unit' ? { ...one, conclusion } : one));
  const { approval: _, ...unapproved } = told;
  const cases: [string, string, World][] = [
    ['gate-gathering', 'in_progress', { snapshot: { head: plan().commit } }],
    ['gate-gathering', 'in_progress', { snapshot: { base: { ref: 'release', sha: sha('r'), governed: true } } }],
    ['gate-gathering', 'in_progress', { snapshot: { plan: plan('old') } }],
    ['gate-ungoverned-base', 'failure', { snapshot: { base: { ref: 'main', sha: sha('b'), governed: false } } }],
    ['gate-policy-broken', 'failure', { snapshot: { policy: brokenPolicy } }],
    ['gate-policy-broken', 'failure', { snapshot: { policy: brokenPolicy, editedPolicy: policyWith() } }],
    ['gate-held', 'action_required', { report: { hold: { by: 'pat', why: 'wait' } } }],
    ['gate-canceled', 'failure', { report: { stage: 'canceled' } }],
    ['gate-blocked', 'action_required', { report: { stage: 'blocked' } }],
    [
      'gate-approval-revoked',
      'action_required',
      { report: { approval: told.approval && { ...told.approval, planDigest: digest('other') } } },
    ],
    [
      'gate-approval-revoked',
      'action_required',
      { report: { approval: told.approval && { ...told.approval, baseRef: 'release' } } },
    ],
    ['gate-phases', 'in_progress', { report: { phase: { n: 2, of: 3, title: 'Quotes' } } }],
    [
      'gate-layers-pending',
      'in_progress',
      { report: { layers: { sha: plan().commit, stored: false, results: layersPassed } } },
    ],
    ['gate-layers-pending', 'in_progress', { report: { layers: { sha: work, stored: true, results: layersPassed } } }],
    ['gate-no-layers', 'action_required', { report: { layers: { sha: work, stored: false, results: [] } } }],
    ['gate-layer-failed', 'failure', { report: { layers: { sha: work, stored: false, results: layersFailed } } }],
    ['gate-layer-failed', 'failure', { report: { layers: { sha: work, stored: false, results: unit('unknown') } } }],
    ['gate-layer-failed', 'failure', { report: { layers: { sha: work, stored: false, results: unit('timed_out') } } }],
    [
      'gate-layer-failed',
      'failure',
      { report: { layers: { sha: work, stored: false, results: layersPassed.slice(1) } } },
    ],
    ['gate-governance', 'failure', { snapshot: { secrets: 'unreadable' } }],
    ['gate-governance', 'failure', { snapshot: { files: [{ path: 'x', status: 'added', inScope: false }] } }],
    ['gate-changes-requested', 'action_required', { reviews: [review(), review(pat, 'changes_requested')] }],
    ['gate-needs-review', 'action_required', { reviews: [] }],
    ['gate-working', 'in_progress', { report: { stage: 'verifying' } }],
    ['gate-unboxed', 'action_required', { report: { isolation: 'none' } }],
    ['gate-readying', 'in_progress', { header: { draft: true } }],
  ];
  test.each(cases)('%s (%s)', (title, status, world) => {
    const spec = inOrder(world).gate(title, status);
    expect(merges(spec)).toEqual([]);
  });

  test('no approval, or one that fell', () => {
    const facts = (report: TicketReport): PullFact[] => [
      observed('opened', atHead(work)),
      { type: 'TicketReported', report },
      gathered(work),
    ];
    pull()
      .given(...facts(unapproved))
      .gate('gate-needs-approval', 'action_required');
    pull()
      .given(...facts({ ...unapproved, revoked: message('plan-changed') }))
      .gate('gate-approval-revoked', 'action_required');
    pull().given(observed('opened')).gate('gate-gathering', 'in_progress');
  });

  test('a retarget: what was gathered for the base before does not speak for the new one', () => {
    const spec = inOrder({ reviews: [] }).when(
      observed('edited', { ...atHead(work, 50), draft: false, base: { ref: 'lax', sha: sha('l') } }),
    );
    spec.gate('gate-gathering', 'in_progress');
    expect(merges(spec.given(...reviewed()))).toEqual([]);
  });

  test('the nearest is shown first, in one order', () => {
    const spec = inOrder({
      report: {
        hold: { by: 'pat', why: '' },
        stage: 'blocked',
        isolation: 'none',
        layers: { sha: work, stored: false, results: layersFailed },
      },
      snapshot: { secrets: 'unreadable' },
      header: { draft: true },
      reviews: [],
    });
    expect(blockers(spec.state).map(({ why }) => why.id)).toEqual([
      'gate-held',
      'gate-blocked',
      'gate-layer-failed',
      'gate-governance',
      'gate-needs-review',
      'gate-working',
      'gate-readying',
      'gate-unboxed',
    ]);
  });

  test('each change of the nearest blocker goes on record', () => {
    const spec = inOrder({ reviews: [] });
    const yes = review();
    spec
      .given(yes)
      .when(reviewerRead(yes))
      .then({
        facts: [
          { type: 'StepTaken', step: 'merge' },
          { type: 'GateDecided', open: true },
        ],
      });
    const no = review(pat, 'changes_requested');
    spec.when(no).then({ facts: [{ type: 'GateDecided', open: false, blocker: { id: 'gate-reading-reviewer' } }] });
    spec
      .when(reviewerRead(no))
      .then({ facts: [{ type: 'GateDecided', open: false, blocker: { id: 'gate-changes-requested' } }] });
    spec.when(reviewerRead(no)).then({ facts: [] });
  });
});

describe("a merge queue's commit", () => {
  const group = sha('group');
  const shown = (spec: ReturnType<typeof pull>) => spec.seen(`check/${group}/harness/gate`);

  test("people's pull requests are shown there as at their own head", () => {
    const spec = pull()
      .given(observed('opened', { ...atHead(work), origin: 'people' }), {
        type: 'GroupRequested',
        sha: group,
      })
      .given(gathered(work, { kind: 'people' }));
    expect(shown(spec)).toMatchObject({ view: { status: 'success' } });
    spec.given(gathered(work, { kind: 'people', secrets: 'unreadable' }));
    expect(shown(spec)).toMatchObject({ view: { status: 'failure' } });
  });

  test("Gantry's own are refused there, for nobody has verified that commit", () => {
    const spec = inOrder({}).given({ type: 'GroupRequested', sha: group });
    expect(shown(spec)).toMatchObject({ view: { status: 'failure', title: { id: 'gate-merge-queue' } } });
  });

  test('nothing is shown there once the pull request is closed', () => {
    const spec = inOrder({}).given(
      { type: 'GroupRequested', sha: group },
      observed('closed', { ...atHead(work, 60), state: 'closed' }),
    );
    expect(shown(spec)).toBeUndefined();
  });
});

describe('a review counts', () => {
  const blocked = (world: World, title = 'gate-needs-review') => inOrder(world).gate(title, 'action_required');
  test('by a person who neither asked nor pushed, at exactly this head', () => {
    blocked({ reviews: [review(rae)] });
    blocked({ reviews: [review(bo)] });
    blocked({ reviews: [review(ann, 'approved', plan().commit)] });
    blocked({ reviews: [review(ann, 'commented')] });
    blocked({ reviews: [review(ann, 'dismissed')] });
    inOrder({ reviews: [review(pat)] }).gate('gate-merging', 'in_progress');
  });

  test('by who asked, and by named approvers alone, where the policy says so', () => {
    inOrder({ reviews: [review(rae)], snapshot: { policy: policyWith({ approval: { requester: true } }) } }).gate(
      'gate-merging',
      'in_progress',
    );
    const named = { policy: policyWith({ approval: { approvers: ['Pat'] } }) };
    blocked({ reviews: [review(ann)], snapshot: named });
    inOrder({ reviews: [review(pat)], snapshot: named }).gate('gate-merging', 'in_progress');
  });

  test('on a head that people pushed: not theirs, nor by who asked, whatever the policy says (trust.md 18)', () => {
    const foreign = {
      by: pat,
      report: { pushed: [plan().commit] },
      snapshot: { policy: policyWith({ approval: { requester: true } }) },
    };
    const needs = 'gate-needs-review-foreign-head';
    blocked({ ...foreign, reviews: [] }, needs);
    blocked({ ...foreign, reviews: [review(pat)] }, needs);
    blocked({ ...foreign, reviews: [review(rae)] }, needs);
    inOrder({ ...foreign, reviews: [review(ann)] }).gate('gate-merging', 'in_progress');
  });

  test('on such a head only once it is known who pushed', () => {
    const spec = pull().given(
      observed('opened'),
      observed('looked', { ...atHead(work), draft: false }),
      { type: 'TicketReported', report: { ...told, pushed: [plan().commit] } },
      gathered(work),
      ...reviewed(pat),
    );
    spec.gate('gate-needs-review-foreign-head', 'action_required');
    spec
      .when(observed('synchronize', { ...atHead(work, 35), draft: false }, pat))
      .gate('gate-needs-review-foreign-head', 'action_required');
    spec.given(...reviewed(ann)).gate('gate-merging', 'in_progress');
  });

  test('as the newest of its author, in any order of arrival', () => {
    const yes = review(ann, 'approved', work, 1);
    const no = review(ann, 'changes_requested', work, 2);
    for (const reviews of [
      [yes, no],
      [no, yes],
    ])
      blocked({ reviews }, 'gate-changes-requested');
    const gone = review(ann, 'dismissed', work, 1);
    for (const reviews of [
      [yes, gone],
      [gone, yes],
    ])
      blocked({ reviews });
    const said = review(ann, 'commented', work, 5);
    for (const reviews of [
      [yes, said],
      [said, yes],
    ])
      inOrder({ reviews }).gate('gate-merging', 'in_progress');
  });
});

describe('a draft', () => {
  test('is taken out of draft in review, once per head; refused, a person must', () => {
    const spec = pull().given(observed('opened', atHead(work)), gathered(work));
    spec
      .when({ type: 'TicketReported', report: told })
      .then({ commands: [{ type: 'GatherPull' }, { type: 'MarkReady', nodeId: 'PR_1' }] });
    spec.given(...reviewed()).then({ commands: [] });
    spec.when({ type: 'PullReadied', done: false }).gate('gate-press-ready', 'action_required');
    const lost = pull().given(
      observed('opened', atHead(work)),
      gathered(work),
      { type: 'TicketReported', report: told },
      ...reviewed(),
    );
    lost.when(gaveUp('MarkReady')).gate('gate-press-ready', 'action_required');
  });

  test('made one again by people is theirs to take back', () => {
    inOrder({ reviews: [] })
      .given(observed('converted_to_draft', { ...atHead(work, 50) }, pat), ...reviewed())
      .gate('gate-press-ready', 'action_required');
  });
});

test('named approvers are asked for a review, once per head', () => {
  const spec = inOrder({ reviews: [], snapshot: { policy: policyWith({ approval: { approvers: ['pat'] } }) } });
  expect(spec.stream.journal.filter((fact) => fact.type === 'StepTaken' && fact.step === 'review')).toHaveLength(1);
  spec.given(...reviewed(rae)).then({ commands: [] });
});

describe('the merge', () => {
  test('is left to people where the policy says so, and the gate is green for them', () => {
    const spec = inOrder({ snapshot: { policy: policyWith({ merge: { by: 'people' } }) } }).gate(
      'gate-open',
      'success',
    );
    expect(merges(spec)).toEqual([]);
  });

  test('is left to people where a runner was used that takes other jobs too, and the gate says so', () => {
    const spec = inOrder({ report: { isolation: 'reused' } }).gate('gate-reused-runner', 'success');
    expect(merges(spec)).toEqual([]);
    expect(merges(inOrder({ report: { isolation: 'none_allowed' } }))).toHaveLength(1);
  });

  test('refused shows why, and is tried again only when something changed', () => {
    const spec = inOrder().when({
      type: 'MergeRefused',
      head: work,
      why: message('merge-refused', { detail: 'conflict' }),
      again: false,
    });
    spec.gate('merge-refused', 'failure').then({ commands: [] });
    expect(merges(spec.when({ type: 'Woken' }))).toEqual([]);
    expect(
      merges(spec.when({ type: 'TicketReported', report: { ...told, tokens: { input: 1, output: 1 } } })),
    ).toHaveLength(1);
  });

  test('not possible yet is tried again later and later, and never at once', () => {
    const again: PullFact = { type: 'MergeRefused', head: work, why: message('gate-press-ready'), again: true };
    const spec = inOrder();
    for (const seconds of [10, 20, 40, 80, 160, 320, 600, 600]) {
      spec.when(again).then({ commands: [] });
      const wait = (spec.stream.last.wakeAt?.getTime() ?? 0) - spec.stream.context().now.getTime();
      expect(wait).toBe(seconds * 1_000);
      expect(merges(spec.when({ type: 'Woken' }))).toHaveLength(1);
      expect(merges(spec.when({ type: 'Woken' }))).toEqual([]);
    }
    expect(timeOf(1).getTime() - timeOf(0).getTime()).toBe(1_000);
  });

  test('given up shows it, and a re-request tries again', () => {
    const spec = inOrder().when(gaveUp('MergePull')).gate('gave-up', 'failure');
    spec.given({ type: 'CheckRerequested', name: 'harness/gate', sha: work, by: ann });
    expect(merges(spec.when(gathered(work)))).toHaveLength(1);
  });

  test('done, nothing more is asked for, and the gate stays green', () => {
    const spec = inOrder()
      .when({ type: 'PullMerged', sha: sha('m'), head: work })
      .gate('gate-open', 'success');
    spec.when(review(pat)).then({ commands: [], facts: [] });
    spec
      .when(observed('closed', { ...atHead(work, 60), state: 'closed', merged: true, updatedAt: at(60) }))
      .then({ commands: [], tell: [] });
  });
});

describe('a head that two pull requests share', () => {
  const view = (status: CheckView['status'], more: Partial<CheckView> = {}): CheckView => ({
    status,
    title: message(status),
    reasons: [],
    times: 0,
    ...more,
  });

  test('shows the worst of their views', () => {
    for (const one of statuses)
      for (const other of statuses) {
        const shown = worst([view(one), view(other)]).status;
        expect(statuses.indexOf(shown)).toBe(Math.min(statuses.indexOf(one), statuses.indexOf(other)));
      }
  });

  test('closed ones count only where none is open', () => {
    const over = view('failure', { over: true });
    expect(worst([over, view('success')]).status).toBe('success');
    expect(worst([view('in_progress'), over]).status).toBe('in_progress');
    expect(worst([over]).status).toBe('failure');
    const spec = inOrder().given(observed('closed', { ...atHead(work, 60), state: 'closed' }, pat));
    expect(spec.seen(`check/${work}/harness/gate`)).toMatchObject({ view: { over: true, status: 'failure' } });
  });
});

describe('by rules of the policy', () => {
  const twoOf = policyWith({
    gates: { rules: [{ stage: 'merge', when: { categories: ['code'], lines: 10 }, approvals: 2, approvers: ['pat'] }] },
  });

  test('a large change of code needs two reviews, one by whom the policy names; the merge counts them again', () => {
    const snapshot = { policy: twoOf, added: 11 };
    inOrder({ snapshot }).gate('gate-needs-reviews', 'action_required');
    inOrder({ snapshot, reviews: [review(pat)] }).gate('gate-needs-reviews', 'action_required');
    const enough = inOrder({ snapshot, reviews: [review(), review(pat)] }).gate('gate-merging', 'in_progress');
    expect(merges(enough)).toMatchObject([{ reviewers: ['ann', 'pat'], reviews: { approvals: 2, groups: [['pat']] } }]);
  });

  test('a small one needs what is always asked for', () => {
    inOrder({ snapshot: { policy: twoOf, added: 10 } }).gate('gate-merging', 'in_progress');
  });

  test('a change whose size is not known counts as large', () => {
    inOrder({ snapshot: { policy: twoOf } }).gate('gate-needs-reviews', 'action_required');
  });

  test('what was waived for docs holds for docs alone, and its review stays mandatory', () => {
    const approval = told.approval && { ...told.approval, waived: 'rule 1' };
    const docs = [{ path: 'docs/a.md', status: 'modified' as const, inScope: true }];
    if (!approval) throw new Error('nothing was approved');
    inOrder({ report: { approval } }).gate('gate-waiver-exceeded', 'failure');
    inOrder({ report: { approval }, snapshot: { files: docs }, reviews: [] }).gate(
      'gate-needs-review',
      'action_required',
    );
    const spec = inOrder({ report: { approval }, snapshot: { files: docs } }).gate('gate-merging', 'in_progress');
    expect(merges(spec)).toMatchObject([{ ticket: { approvers: [] } }]);
  });
});

test('a fact that was set aside closes the gate until it is taken back', () => {
  const spec = inOrder();
  spec.given({ type: 'FactSetAside', id: 9, of: 'PullReviewed', why: 'x' }).gate('gate-fact-set-aside', 'failure');
  spec.given({ type: 'FactTakenBack', id: 9, how: 'dismissed', by: 'ops' }).gate('gate-merging', 'in_progress');
});

test('a merge that was given up is asked for again when an operator replays it, and only if everything still stands', () => {
  const gone = () => inOrder().given({ type: 'GaveUp', command: 'MergePull', why: 'away', class: 'infrastructure' });
  const replayed = { type: 'Replayed', of: 'command', what: 'MergePull', by: 'ops' } as const;
  expect(merges(gone())).toEqual([]);
  expect(merges(gone().when(replayed))).toHaveLength(1);
  expect(merges(gone().given(review(pat, 'changes_requested')).when(replayed))).toEqual([]);
});

test('the criteria are judged when all phases are there, and not by a head of a phase before', () => {
  const proven = plan().criteria.map((criterion) => ({
    ...criterion,
    tests: [{ layer: 'unit' as const, name: 'later' }],
  }));
  const later = { ...plan(), criteria: proven };
  const world = (phase?: TicketReport['phase']) =>
    inOrder({ report: { plan: later, ...(phase && { phase }) }, snapshot: { plan: later } });
  const first = world({ n: 2, of: 3, title: 'Quotes' });
  first.gate('gate-phases', 'in_progress');
  expect(blockers(first.state).map(({ why }) => why.id)).not.toContain('gate-governance');
  expect(first.seen(`check/${work}/harness/governance`)).toBeUndefined();
  expect(blockers(world().state).map(({ why }) => why.id)).toContain('gate-governance');
});
