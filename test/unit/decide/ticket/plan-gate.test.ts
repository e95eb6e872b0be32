// SF-018: the gate of a plan by policy: several approvals, named people, nobody, and the day on which it is put aside.
import { describe, expect, test } from 'vitest';
import type { PolicyRead } from '../../../../src/facts/policy.ts';
import type { TicketFact } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  ann,
  approvalRead,
  approve,
  digest,
  dispatched,
  finished,
  headMoved,
  inspected,
  labelled,
  pat,
  plan,
  planPushed,
  planRead,
  policyWith,
  pullOpened,
  sha,
  startRead,
} from '../builders.ts';
import { ticket } from '../lifecycle.ts';

const woken: TicketFact = { type: 'Woken' };
const day = 24 * 60 * 60;

const toGate = (policy: PolicyRead, of = plan(), labels: string[] = []): TicketFact[] => [
  labelled(),
  startRead({ policy, labels }),
  dispatched(1, 'plan', sha('base')),
  finished(1, 'plan'),
  inspected(1),
  planPushed(1, of),
  pullOpened(),
];
const rules = (...all: object[]) => policyWith({ gates: { rules: all } });
const consent = (by = ann, policy = policyWith(), more = {}): TicketFact[] => {
  const ask = approve(by);
  return [ask, approvalRead(ask, { policy, ...more })];
};

describe('several approvals', () => {
  const policy = rules({ stage: 'plan', when: { paths: ['src/**'] }, approvals: 2, approvers: ['bo', 'pat'] });
  const waiting = () => ticket().given(...toGate(policy));

  test('one is not enough, is thanked for and shown; the second starts the work', () => {
    const spec = waiting()
      .given(...consent(ann, policy))
      .stage('awaiting_approval')
      .answered('rocket');
    expect(spec.state.approval).toBeUndefined();
    expect(spec.told('TicketReported')[0]?.report.planGate).toMatchObject({
      id: 'gate-plan-demands',
      data: { have: '1', need: '2', named: 'bo or pat', why: 'rule 1 (paths src/**)' },
    });
    spec.given(...consent(pat, policy)).stage('implementing');
    expect(spec.state.approval).toMatchObject({ by: pat, others: [{ by: ann }] });
    // Whether the first still has write is read once more.
    expect(spec.command('ReadPlan').approval?.logins).toEqual(['pat', 'ann']);
  });

  test('the same person twice is one person', () => {
    const two = rules({ stage: 'plan', approvals: 2 });
    ticket()
      .given(...toGate(two), ...consent(ann, two), ...consent(ann, two))
      .stage('awaiting_approval');
  });

  test('two of whom none is named are not enough', () => {
    const named = rules({ stage: 'plan', approvals: 2, approvers: ['zoe'] });
    ticket()
      .given(...toGate(named), ...consent(ann, named), ...consent(pat, named))
      .stage('awaiting_approval');
  });

  test('a consent falls with the plan, the issue, the base or its comment', () => {
    const other = plan('two', { commit: plan().commit });
    waiting()
      .given(...consent(ann, policy), planRead(plan().commit, { plan: other, policy }))
      .given(...consent(pat, policy, { plan: other }))
      .stage('awaiting_approval');
    const moved = plan('one', { baseDigest: digest('next') });
    waiting()
      .given(...consent(ann, policy), ...consent(pat, policy, { plan: moved }))
      .stage('awaiting_approval');
    const [ask, read] = consent(ann, policy);
    if (ask?.type !== 'CommandGiven' || !read) throw new Error('no command');
    waiting()
      .given(ask, read, { type: 'CommentChanged', comment: ask.comment.id, how: 'deleted', by: ann })
      .given(...consent(pat, policy))
      .stage('awaiting_approval');
  });

  test('the comment of the first, deleted after the work began, revokes it', () => {
    const [ask, read] = consent(ann, policy);
    if (ask?.type !== 'CommandGiven' || !read) throw new Error('no command');
    waiting()
      .given(ask, read, ...consent(pat, policy))
      .stage('implementing')
      .when({ type: 'CommentChanged', comment: ask.comment.id, how: 'deleted', by: ann })
      .stage('awaiting_approval');
  });

  test('a label that was taken off again still counts', () => {
    const risky = rules({ stage: 'plan', when: { labels: ['risky'] }, approvals: 2 });
    ticket()
      .given(...toGate(risky, plan(), ['ai-ready', 'risky']), ...consent(ann, risky, { labels: ['ai-ready'] }))
      .stage('awaiting_approval');
    ticket()
      .given(...toGate(risky), ...consent(ann, risky, { labels: ['risky'] }))
      .stage('awaiting_approval');
  });
});

describe('waived', () => {
  const policy = rules({ stage: 'plan', when: { categories: ['docs', 'tests'] }, approvals: 0 });
  const docs = plan('docs', { scope: ['docs/**', 'test/**'] });
  const atGate = (of = docs) => ticket().given(...toGate(policy, of));
  const read = (more = {}) => planRead(docs.commit, { plan: docs, policy, ...more });

  test('the plan of docs is read again, and goes on by the policy as it is now; it is on record', () => {
    const spec = atGate();
    spec.then({
      facts: [
        { stage: { name: 'awaiting_approval' } },
        { type: 'GateJudged', approvals: 0, waived: expect.stringContaining('rule 1') },
      ],
    });
    expect(spec.command('ReadPlan').approval).toBeUndefined();
    spec.when(read()).stage('implementing');
    expect(spec.state.approval).toMatchObject({
      waived: expect.any(String),
      planDigest: docs.digest,
      bodyDigest: digest('first'),
    });
    expect(spec.told('TicketReported')[0]?.report.planGate).toMatchObject({ id: 'gate-plan-waived' });
  });

  test('its digests bind: an edited plan or a moved base asks for a person, who is then always asked', () => {
    for (const of of [
      plan('edited', { commit: docs.commit, scope: docs.scope }),
      { ...docs, baseDigest: digest('next') },
    ]) {
      const spec = atGate()
        .given(read(), headMoved(docs.commit))
        .when(read({ plan: of, approvalHolds: false }))
        .stage('awaiting_approval');
      expect(spec.state.approval).toBeUndefined();
      spec.when(read({ plan: of })).stage('awaiting_approval');
    }
  });

  test.each<[string, TicketFact[]]>([
    ['the policy of now does not waive it', [read({ policy: policyWith() })]],
    ['the policy cannot be read', [read({ policy: { status: 'broken', blob: sha('x'), problems: [] } })]],
    ['a person pushed to the branch', [headMoved(docs.commit, pat), read()]],
    ['its scope holds code', [read({ plan: { ...docs, scope: ['docs/**', 'src/a.ts'] } })]],
    ['it is held', [...allowed({ name: 'hold' }), read()]],
  ])('not where %s', (_, facts) => {
    atGate()
      .given(...facts)
      .stage('awaiting_approval');
  });

  test('code waits for a person under the same policy', () => {
    const spec = atGate(plan()).stage('awaiting_approval');
    expect(spec.stream.last.commands).toEqual([]);
    spec.when(planRead(plan().commit, { policy })).stage('awaiting_approval');
  });
});

describe('expiry', () => {
  const policy = policyWith({ gates: { expireDays: 3 } });

  test('without it a plan waits as long as it takes', () => {
    const spec = ticket().given(...toGate(policyWith()));
    expect(spec.stream.last.wakeAt).toBeUndefined();
    spec
      .after(400 * day)
      .when(woken)
      .stage('awaiting_approval');
  });

  test('after its days the ticket stops with a sentence; /retry has the same plan wait again, from anew', () => {
    const spec = ticket().given(...toGate(policy));
    expect(spec.stream.last.wakeAt).toBeInstanceOf(Date);
    spec
      .after(2 * day)
      .when(woken)
      .stage('awaiting_approval');
    spec.after(day).when(woken).blocked('approval-expired', 'verify').then({ wakeAt: null });
    spec.when(approve()).answered('-1', 'nothing-to-approve');
    spec.given(...allowed({ name: 'retry' })).stage('awaiting_approval');
    expect(spec.state.plan).toMatchObject({ digest: plan().digest });
    spec
      .after(2 * day)
      .when(woken)
      .stage('awaiting_approval');
    spec
      .given(...consent(ann, policy))
      .stage('implementing')
      .then({ wakeAt: null });
  });
});
