// SF-018: the gate before a plan is made: who lets a ticket start, what that is bound to, and when it is put aside.
import { describe, expect, test } from 'vitest';
import type { CommandGiven } from '../../../../src/facts/comment.ts';
import type { PolicyRead } from '../../../../src/facts/policy.ts';
import type { TicketFact, TicketFactOf } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  ann,
  approve,
  at,
  brokenPolicy,
  digest,
  edited,
  issue,
  labelled,
  olga,
  pat,
  policyWith,
  rae,
  run,
  startApprovalRead,
  startRead,
  toAwaiting,
  unlabelled,
} from '../builders.ts';
import { ticket } from '../lifecycle.ts';

const gate = (rule: object = {}, more: object = {}) =>
  policyWith({ gates: { rules: [{ stage: 'start', ...rule }], ...more } });
const waiting = (policy: PolicyRead = gate(), labels = ['ai-ready']) =>
  ticket().given(labelled(), startRead({ policy, labels }));
/** `/approve-plan` and what is read of it; the policy is the one in force where none is given. */
const yes = (
  by = ann,
  more: Partial<TicketFactOf<'StartApprovalRead'>> = {},
  given: Parameters<typeof approve>[1] = {},
): [CommandGiven, TicketFact] => {
  const ask = approve(by, given);
  return [ask, startApprovalRead(ask, more)];
};

describe('a policy that asks about the start', () => {
  test('has the ticket wait without a run, says what to type, and keeps what it asks for on record', () => {
    const spec = waiting().stage('awaiting_start');
    spec.then({
      facts: [
        { type: 'TicketStarted', by: rae },
        { type: 'StageEntered' },
        { type: 'GateJudged', stage: 'start', approvals: 1, why: ['rule 1'] },
      ],
      commands: [],
    });
    expect(spec.state.runs).toEqual([]);
    expect(spec.seen('notice/12')).toMatchObject({
      view: {
        kind: 'message',
        message: { id: 'start-gate', data: { by: 'rae', have: '0', need: '1', why: 'rule 1' } },
      },
    });
  });

  test('somebody else with write lets it start: read live, and the run says who', () => {
    const [ask, read] = yes();
    const spec = waiting().when(ask).stage('awaiting_start');
    expect(spec.command('ReadStartApproval')).toMatchObject({ ask, issue: 12 });
    spec
      .when(read)
      .stage('planning', { run: run(1) })
      .answered('rocket');
    expect(spec.command('DispatchRun').signal?.why).toMatchObject({
      id: 'signal-command',
      data: { command: 'approve-plan', by: 'ann' },
    });
  });

  test('asks about no ticket without the label that it names', () => {
    waiting(gate({ when: { labels: ['risky'] } })).stage('planning');
    waiting(gate({ when: { labels: ['risky'] } }), ['ai-ready', 'Risky']).stage('awaiting_start');
  });

  test('two approvals, one of them by somebody named', () => {
    const policy = gate({ approvals: 2, approvers: ['pat'] });
    const spec = waiting(policy)
      .given(...yes())
      .stage('awaiting_start')
      .answered('rocket');
    expect(spec.seen('notice/12')).toMatchObject({
      view: { message: { data: { have: '1', need: '2', named: 'pat' } } },
    });
    spec.given(...yes()).stage('awaiting_start');
    spec.given(...yes(pat)).stage('planning');
  });

  test('a plan that is made anew for another text asks again; for the same text it does not', () => {
    const started = (body: string) =>
      waiting()
        .given(...yes())
        .stage('planning')
        .given(edited(rae, body), startRead({ issue: issue(body), policy: gate() }))
        .given(...allowed({ name: 'retry' }));
    started('first').stage('planning');
    started('second').stage('awaiting_start');
  });

  test('a plan sent back asks nobody about the start again', () => {
    const policy = gate();
    const spec = ticket().given(
      ...toAwaiting.flatMap((one) => (one.type === 'StartRead' ? [{ ...one, policy }, ...yes()] : [one])),
    );
    spec.stage('awaiting_approval');
    spec.given(...allowed({ name: 'reject-plan', why: 'not so' }), ...allowed({ name: 'retry' })).stage('planning');
  });
});

describe('who is refused, and told why', () => {
  test.each<[string, string, () => TicketFact[], PolicyRead?]>([
    ['who asked for it', 'approval-by-requester', () => yes(rae)],
    ['somebody without write', 'approval-needs-write', () => yes(olga, { role: 'triage' })],
    ['a comment that was edited', 'approval-not-genuine', () => yes(ann, { genuine: false })],
    ['a comment through an app', 'approval-not-genuine', () => yes(ann, {}, { viaApp: true })],
    ['a policy that broke meanwhile', 'approval-policy-broken', () => yes(ann, { policy: brokenPolicy })],
    ['a text that nobody heard of yet', 'start-approval-stale', () => yes(ann, { bodyDigest: digest('sly') })],
    ['a label that is gone', 'start-approval-stale', () => yes(ann, { labels: [] })],
    ['a digest of something else', 'start-approval-wrong-digest', () => yes(ann, {}, { digest: digest('other') })],
    [
      'who is not named',
      'approval-needs-named',
      () => yes(ann),
      policyWith({ gates: { rules: [{ stage: 'start' }] }, approval: { approvers: ['pat'] } }),
    ],
  ])('%s', (_, reply, facts, policy = gate()) => {
    waiting(policy)
      .given(...facts())
      .stage('awaiting_start')
      .answered('-1', reply);
  });

  test('a text that was edited a moment ago is approved by its digest only', () => {
    const spec = waiting().given(
      edited(ann, 'second', 59),
      startRead({ by: ann, issue: issue('second'), policy: gate() }),
    );
    const second = { bodyDigest: digest('second') };
    spec.given(...yes(pat, second, { minute: 60 })).answered('-1', 'start-approval-too-fast');
    spec.given(...yes(pat, second, { minute: 60, digest: digest('second') })).stage('planning');
  });

  test('while it is held', () => {
    const spec = waiting().given(...allowed({ name: 'hold' }));
    spec
      .given(...yes())
      .stage('awaiting_start')
      .answered('-1', 'held');
    spec.given(...allowed({ name: 'unhold' }), ...yes()).stage('planning');
  });

  test('there is no plan to send back yet', () => {
    waiting()
      .given(...allowed({ name: 'reject-plan', why: 'not so' }))
      .stage('awaiting_start')
      .answered('-1', 'nothing-to-approve');
  });
});

describe('what a yes falls by', () => {
  const two = gate({ approvals: 2 });
  const [ask, read] = yes();
  test.each<[string, TicketFact]>([
    ['its comment', { type: 'CommentChanged', comment: ask.comment.id, how: 'edited', by: ann }],
    ['the rights of its author', { type: 'MembersChanged', login: 'Ann' }],
  ])('%s', (_, fact) => {
    waiting(two)
      .given(ask, read, fact, ...yes(pat))
      .stage('awaiting_start')
      .given(...yes())
      .stage('planning');
  });

  test('write that its author lost unheard: at the next yes, and when the start is read again', () => {
    const given = waiting(two).given(...yes());
    const second = yes(pat, { lapsed: ['Ann'] });
    const asked = given.when(second[0]);
    expect(asked.command('ReadStartApproval')).toMatchObject({ consented: ['ann'] });
    asked
      .given(second[1])
      .stage('awaiting_start')
      .given(...yes(olga))
      .stage('planning');

    const [typed, allows] = allowed({ name: 'retry' }, rae);
    const again = waiting(two)
      .given(...yes(), typed)
      .when(allows);
    expect(again.command('ReadStart')).toMatchObject({ consented: ['ann'] });
    again.given(startRead({ covers: 'live', policy: gate(), lapsed: ['ann'] })).stage('awaiting_start');
  });

  test('write that its author lost before a later plan: seen where its run is dispatched', () => {
    const lapse: TicketFact = {
      type: 'DispatchDeferred',
      run: run(1),
      stage: 'plan',
      why: { id: 'dispatch-deferred-start_lapsed', data: { who: 'ann' } },
      lapsed: ['ann'],
    };
    const spec = waiting(two).given(...yes());
    const [typed, read] = yes(pat);
    const started = spec.given(typed).when(read);
    expect(started.command('DispatchRun')).toMatchObject({ consented: ['ann', 'pat'] });
    started.given(lapse).stage('awaiting_start');

    const enough = waiting(two).given(...yes(), ...yes(pat), startRead({ policy: gate() }));
    enough.given(lapse).stage('planning');
  });

  test('an edit of the issue, which is checked first', () => {
    const spec = waiting(two)
      .given(...yes(), edited(pat, 'second'))
      .stage('checking');
    spec.given(startRead({ by: pat, issue: issue('second'), policy: two })).stage('awaiting_start');
    spec.given(...yes(pat, { bodyDigest: digest('second') })).stage('awaiting_start');
  });

  test('an edit by somebody without write ends the wait', () => {
    waiting()
      .given(edited(olga, 'sly'), startRead({ by: olga, role: 'read', issue: issue('sly'), policy: gate() }))
      .stage('idle', { notice: { id: 'issue-edited-by-outsider' } });
  });

  test('the label: whoever sets it again begins without any', () => {
    waiting(two)
      .given(...yes(), unlabelled(rae, 5))
      .stage('canceled')
      .given(labelled(rae, 'first', 6), startRead({ policy: two }), ...yes(pat))
      .stage('awaiting_start');
  });

  test('not a label that was taken off: what it asked for it still asks for', () => {
    const risky = gate({ when: { labels: ['risky'] } });
    waiting(risky, ['ai-ready', 'risky'])
      .given(...allowed({ name: 'retry' }, rae), startRead({ covers: 'live', policy: risky, labels: ['ai-ready'] }))
      .stage('awaiting_start');
  });
});

describe('the policy of now', () => {
  test('/retry reads it: nobody is asked for any more', () => {
    waiting()
      .given(...allowed({ name: 'retry' }, rae))
      .stage('checking')
      .given(startRead({ covers: 'live' }))
      .stage('planning');
  });

  test('a yes reads it: more people are asked for', () => {
    waiting()
      .given(...yes(ann, { policy: gate({ approvals: 2 }) }))
      .stage('awaiting_start')
      .given(...yes(pat))
      .stage('planning');
  });
});

describe('expiry', () => {
  const day = 24 * 60 * 60;
  test('after its days the ticket stops with a sentence, and /retry has it wait anew', () => {
    const policy = gate({}, { expireDays: 3 });
    const spec = waiting(policy);
    expect(spec.stream.last.wakeAt).toBeInstanceOf(Date);
    spec
      .after(2 * day)
      .when({ type: 'Woken' })
      .stage('awaiting_start');
    spec.after(day).when({ type: 'Woken' }).blocked('start-expired', 'start').then({ wakeAt: null });
    spec.given(...yes()).answered('-1', 'nothing-to-approve');
    spec
      .given(...allowed({ name: 'retry' }, rae), startRead({ covers: 'live', policy }))
      .stage('awaiting_start')
      .given(...yes())
      .stage('planning');
  });
});

test('/harness explain says who is waited for, and later who let it start', () => {
  const spec = waiting().given(...allowed({ name: 'harness explain' }, olga, 'read'));
  const lines = () =>
    spec.state.receipts
      .at(-1)
      ?.reply?.lines?.flat()
      .map(({ id, data }) => [id, data]);
  expect(lines()).toContainEqual(['next-awaiting_start', expect.objectContaining({ need: '1', why: 'rule 1' })]);
  spec.given(...yes(), ...allowed({ name: 'harness explain' }, olga, 'read'));
  expect(lines()).toContainEqual(['explain-start-approved', { approvers: 'ann' }]);
});

test('the time of an edit is GitHub’s', () => {
  expect(waiting().given(edited(ann, 'second', 7)).state.edit?.at).toBe(at(7));
});
