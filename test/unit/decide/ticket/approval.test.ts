// The one human gate: each refusal of trust.md 13 to 16, what an approval leads to, and everything that takes it back.
import { describe, expect, test } from 'vitest';
import { message } from '../../../../src/facts/message.ts';
import type { TicketFactOf } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  ann,
  approvalRead,
  approve,
  at,
  baseMoved,
  bo,
  command,
  digest,
  dispatched,
  edited,
  finished,
  gantry,
  headMoved,
  issue,
  labelled,
  merged,
  olga,
  pat,
  plan,
  planPushed,
  planRead,
  policyWith,
  pullOpened,
  rae,
  run,
  sha,
  startRead,
  toAwaiting,
  toImplementing,
  toPlanning,
  toPublishing,
  toReview,
  toVerifying,
  work,
  workPushed,
} from '../builders.ts';
import { ticket, timeOf } from '../lifecycle.ts';

const waiting = (policy = policyWith()) =>
  ticket().given(...toAwaiting.map((fact) => (fact.type === 'StartRead' ? startRead({ policy }) : fact)));

describe('an approval', () => {
  test('is judged by what is read live', () => {
    waiting()
      .when(approve())
      .then({ commands: [{ type: 'ReadApproval', branch: 'gantry/12-add-a-bulk-discount', base: 'main' }] });
  });

  test('binds plan, body and base, and starts the implementation at the approved commit', () => {
    const ask = approve();
    const spec = waiting()
      .given(ask)
      .when(approvalRead(ask))
      .answered('rocket')
      .stage('implementing', { run: run(2) });
    spec.then({
      facts: [
        {
          type: 'PlanApproved',
          approval: {
            by: ann,
            comment: ask.comment.id,
            planDigest: plan().digest,
            planCommit: plan().commit,
            bodyDigest: digest('first'),
            baseRef: 'main',
            baseDigest: digest('base'),
          },
        },
        { type: 'CommentAnswered' },
        { type: 'StageEntered' },
      ],
    });
    expect(spec.command('DispatchRun')).toMatchObject({
      stage: 'implement',
      start: plan().commit,
      plan: { scope: plan().scope, trustedBase: sha('base') },
    });
  });

  type Refusal = {
    of: string;
    reply: string | undefined;
    by?: typeof ann;
    ask?: Parameters<typeof approve>[1];
    read?: Partial<TicketFactOf<'ApprovalRead'>>;
    policy?: object;
  };
  const refusals: Refusal[] = [
    { of: 'a reader', reply: 'approval-needs-write', read: { role: 'read' } },
    { of: 'somebody with triage', reply: 'approval-needs-write', read: { role: 'triage' } },
    { of: 'who asked for the work', reply: 'approval-by-requester', by: rae },
    { of: 'who asked for it, as administrator', reply: 'approval-by-requester', by: rae, read: { role: 'admin' } },
    { of: 'who pushed to the branch', reply: 'approval-by-pusher', ask: { pushers: [ann.id] } },
    { of: 'an app that speaks for a person', reply: 'approval-not-genuine', ask: { viaApp: true } },
    { of: 'a comment that was edited or is gone', reply: 'approval-not-genuine', read: { genuine: false } },
    {
      of: 'somebody the policy does not name',
      reply: 'approval-needs-named',
      policy: { approval: { approvers: ['pat'] } },
    },
    { of: 'a head that moved', reply: 'approval-stale-head', read: { head: sha('moved') } },
    { of: 'another plan at that head', reply: 'approval-stale-head', read: { plan: plan('two') } },
    { of: 'a plan that cannot be read', reply: 'approval-stale-head', read: { plan: undefined } },
    { of: 'another base branch', reply: 'approval-stale-head', read: { base: { ref: 'release', sha: sha('r') } } },
    { of: 'an issue that was edited', reply: 'approval-stale-issue', read: { bodyDigest: digest('second') } },
    { of: 'an issue that is gone', reply: 'approval-stale-issue', read: { bodyDigest: undefined } },
    { of: 'a wrong digest', reply: 'approval-wrong-digest', ask: { digest: digest('other') } },
    {
      of: 'a comment too soon after the plan',
      reply: 'approval-too-fast',
      ask: { comment: { id: 1, on: 12, at: timeOf(100).toISOString() } },
    },
    { of: 'a time that cannot be read', reply: 'approval-too-fast', ask: { comment: { id: 1, on: 12, at: 'soon' } } },
  ];
  test.each(refusals)('by $of is refused: $reply', ({ reply, by = ann, ask: more, read, policy }) => {
    const ask = approve(by, more);
    const fact = { ...approvalRead(ask), ...read };
    for (const key of Object.keys(fact) as (keyof typeof fact)[]) if (fact[key] === undefined) delete fact[key];
    const spec = waiting(policyWith(policy)).given(ask).when(fact).answered('-1', reply).stage('awaiting_approval');
    spec.then({ commands: [] });
    expect(spec.state.approval).toBeUndefined();
  });

  test('by a bot is refused without a word', () => {
    waiting().when(approve(bo)).answered('-1', undefined).then({ commands: [] });
    // Should a bot's ever be read, it is refused there too.
    const ask = approve(bo);
    const spec = waiting().when(approvalRead(ask));
    expect(spec.state.approval).toBeUndefined();
  });

  test('of a plan that does not conform is refused', () => {
    const bad = plan('one', { scope: [] });
    const ask = approve();
    waiting()
      .given(ask)
      .when(approvalRead(ask, { plan: bad }))
      .answered('-1', 'plan-not-approvable');
    waiting()
      .given(ask)
      .when(approvalRead(ask, { plan: plan('one', { validation: { valid: false, problems: ['x'] } }) }))
      .answered('-1', 'plan-not-approvable');
  });

  test('within two minutes of the plan counts with its digest', () => {
    const ask = approve(ann, { digest: plan().digest, comment: { id: 1, on: 12, at: timeOf(8).toISOString() } });
    waiting().given(ask).when(approvalRead(ask)).stage('implementing');
  });

  test('by who asked counts where the policy allows it; by a named approver, however spelled', () => {
    const own = approve(rae);
    waiting(policyWith({ approval: { requester: true } }))
      .given(own)
      .when(approvalRead(own))
      .stage('implementing');
    const named = approve(ann);
    waiting(policyWith({ approval: { approvers: ['ANN'] } }))
      .given(named)
      .when(approvalRead(named))
      .stage('implementing');
  });

  test('by somebody who pushed is refused also when it was typed on the issue', () => {
    const ask = approve(pat);
    waiting()
      .given(headMoved(sha('theirs')), planRead(sha('theirs')), ask)
      .when(approvalRead(ask, { head: sha('theirs'), plan: plan('one', { commit: sha('theirs') }) }))
      .answered('-1', 'approval-by-pusher');
  });

  test('there is nothing to approve before, after, or while another plan is made', () => {
    ticket()
      .given(...toPlanning)
      .when(approve())
      .answered('-1', 'nothing-to-approve');
    ticket()
      .given(...toImplementing)
      .when(approve())
      .answered('-1', 'nothing-to-approve');
    const [ask, may] = allowed({ name: 'retry' });
    const late = approve();
    waiting().given(late, ask, may).stage('planning').when(approvalRead(late)).answered('-1', 'nothing-to-approve');
  });

  test('while on hold is refused', () => {
    const ask = approve();
    waiting()
      .given(labelled(pat, 'first', 50, 'ai-hold'), ask)
      .when(approvalRead(ask))
      .answered('-1', 'held')
      .stage('awaiting_approval');
  });

  test('read while the base moved is read again at once', () => {
    const ask = approve();
    const spec = waiting()
      .given(ask)
      .when(approvalRead(ask, { plan: plan('one', { baseDigest: digest('moved') }) }))
      .stage('implementing');
    expect(spec.command('ReadPlan').approval).toMatchObject({ baseDigest: digest('moved') });
  });
});

describe('it falls', () => {
  const revokedBy = (spec: ReturnType<typeof ticket>, why: string) => {
    spec.stage('awaiting_approval').then({ facts: [{ type: 'ApprovalRevoked', why: { id: why } }, {}] });
    expect(spec.state).toMatchObject({ revoked: { id: why } });
    expect(spec.state.approval).toBeUndefined();
    return spec;
  };

  test.each([
    ['implementing', toImplementing, run(2)],
    ['verifying', toVerifying, run(3)],
    ['publishing', toPublishing, undefined],
    ['in review', toReview, undefined],
  ] as const)('by an edit of the plan while %s, and what runs is stopped', (_, facts, stopped) => {
    const spec = ticket()
      .given(...facts)
      .when(headMoved(sha('edit')))
      .then({ facts: [], commands: [{ type: 'ReadPlan', head: sha('edit'), approval: { logins: ['ann'] } }] })
      .when(
        planRead(sha('edit'), {
          plan: plan('two', { commit: sha('edit') }),
          approvalHolds: false,
          why: message('plan-changed'),
        }),
      );
    revokedBy(spec, 'plan-changed').then({ commands: stopped ? [{ type: 'CancelRun', run: stopped }] : [] });
  });

  test('by a base that moved within the scope, and not by one that moved elsewhere', () => {
    const spec = ticket().given(...toReview, baseMoved());
    spec.then({ commands: [{ type: 'ReadPlan', head: work, base: 'main' }] });
    spec.when(planRead(work)).nothing();
    revokedBy(
      spec.when(
        planRead(work, {
          plan: plan('one', { baseDigest: digest('moved') }),
          approvalHolds: false,
          why: message('base-moved'),
        }),
      ),
      'base-moved',
    );
    ticket()
      .given(...toReview)
      .when(baseMoved('x', 'other'))
      .nothing();
  });

  test('by the approver losing write', () => {
    const spec = ticket().given(...toReview, { type: 'MembersChanged', login: 'ann' });
    spec.then({ commands: [{ type: 'ReadPlan' }] });
    revokedBy(
      spec.when(planRead(work, { approvalHolds: false, why: message('approver-lost-write', { login: 'ann' }) })),
      'approver-lost-write',
    );
    ticket()
      .given(...toAwaiting)
      .when({ type: 'MembersChanged', login: 'ann' })
      .nothing();
  });

  test('by a retarget, at once', () => {
    revokedBy(
      ticket()
        .given(...toImplementing)
        .when({ type: 'PullRetargeted', base: 'release' }),
      'retargeted',
    ).then({
      commands: [
        { type: 'CancelRun', run: run(2) },
        { type: 'ReadPlan', base: 'release' },
      ],
    });
    ticket()
      .given(...toImplementing)
      .when({ type: 'PullRetargeted', base: 'main' })
      .nothing();
  });

  test.each(['edited', 'deleted'] as const)('by its comment being %s', (how) => {
    const spec = ticket().given(...toImplementing);
    const comment = spec.state.approval?.comment ?? 0;
    revokedBy(spec.when({ type: 'CommentChanged', comment, how, by: olga }), 'approval-comment-changed');
    ticket()
      .given(...toImplementing)
      .when({ type: 'CommentChanged', comment: 1, how, by: olga })
      .nothing();
  });

  test('by the plan being gone, which only a new plan mends', () => {
    const { plan: _, ...gone } = planRead(work, { approvalHolds: false });
    const spec = ticket()
      .given(...toReview)
      .when(gone)
      .blocked('plan-gone', 'plan');
    expect(spec.state.approval).toBeUndefined();
    spec.when(gone).nothing();
  });

  test('a reader that judged by an older approval does not take back the one that stands', () => {
    const spec = ticket().given(...toImplementing);
    spec.when(planRead(plan().commit, { approvalHolds: false, why: message('plan-changed') })).nothing();
    spec
      .when(planRead(plan().commit, { approvalHolds: false, why: message('approver-lost-write', { login: 'rae' }) }))
      .nothing();
    // One that had no approval to judge says that it holds: the digests say otherwise.
    revokedBy(spec.when(planRead(plan().commit, { plan: plan('one', { baseDigest: digest('moved') }) })), 'base-moved');
  });

  test('a plan that was read at another head or base is not the plan as it stands', () => {
    const spec = ticket()
      .given(...toReview)
      .when(planRead(plan().commit, { plan: plan('old') }))
      .nothing();
    expect(spec.state.plan?.digest).toBe(plan().digest);
    spec.when(planRead(work, { plan: plan('old', { baseRef: 'release' }) })).nothing();
    expect(spec.state.plan?.digest).toBe(plan().digest);
  });
});

describe('approved again', () => {
  const again = (head: string, of = plan('one', { commit: head })) => {
    const ask = approve();
    return [ask, approvalRead(ask, { head, plan: of })] as const;
  };
  const fall: TicketFactOf<'PullRetargeted'>[] = [
    { type: 'PullRetargeted', base: 'release' },
    { type: 'PullRetargeted', base: 'main' },
  ];

  test('after a late revoke it goes on at verification of what was pushed (trust.md 13)', () => {
    const spec = ticket()
      .given(...toReview, ...fall, planRead(work), ...again(work))
      .stage('verifying');
    expect(spec.command('DispatchRun')).toMatchObject({ stage: 'verify', subject: { kind: 'head', sha: work } });
  });

  test('before the push, at verification of what is stored', () => {
    const spec = ticket()
      .given(...toVerifying, ...fall, ...again(plan().commit))
      .stage('verifying', { run: run(4) });
    expect(spec.command('DispatchRun').subject).toMatchObject({ kind: 'bundle', tree: sha('tree 2') });
  });

  test('also when the push came through after the revoke', () => {
    ticket()
      .given(...toPublishing, ...fall, workPushed(3, work))
      .stage('awaiting_approval')
      .given(planRead(work), ...again(work))
      .stage('verifying', { subject: { kind: 'head', sha: work } });
  });

  test('another plan is implemented anew, and results of the run before lead nowhere', () => {
    const moved = headMoved(sha('edit'));
    const two = plan('two', { commit: sha('edit') });
    const spec = ticket()
      .given(...toImplementing, moved, planRead(sha('edit'), { plan: two, approvalHolds: false }))
      .when(finished(2, 'implement'))
      .nothing();
    expect(spec.state.work).toBeUndefined();
    expect(spec.state.tokens).toEqual({ input: 200, output: 20 });
    spec.given(...again(sha('edit'), two)).stage('implementing', { run: run(3) });
    expect(spec.command('DispatchRun').start).toBe(sha('edit'));
  });

  test('a new plan takes the place of an approved one', () => {
    const [ask, may] = allowed({ name: 'retry' });
    const spec = ticket()
      .given(...toReview, ...fall, ask, may)
      .stage('planning', { run: run(4) });
    spec.given(dispatched(4, 'plan', sha('base')), finished(4, 'plan'), {
      type: 'BundleInspected',
      run: run(4),
      tree: sha('t4'),
      files: 1,
    });
    expect(spec.command('PushTree')).toMatchObject({ stage: 'plan', expect: work });
    spec
      .when(planPushed(4, plan('two')))
      .stage('awaiting_approval')
      .then({ commands: [] });
    expect(spec.state).toMatchObject({ head: plan('two').commit, plan: { digest: plan('two').digest } });
  });
});

describe('the merge', () => {
  test('ends the ticket, whoever did it and wherever it stood', () => {
    for (const facts of [toPlanning, toAwaiting, toImplementing, toReview])
      ticket()
        .given(...facts)
        .when(merged())
        .stage('merged', { sha: sha('merge') });
    ticket()
      .given(...toImplementing)
      .when(merged(pat))
      .then({ commands: [{ type: 'CancelRun', run: run(2) }] });
    ticket()
      .given(...toReview, merged())
      .when(merged())
      .nothing();
  });

  test('moves the base and closes the issue: told first, they end in the same state', () => {
    const moved = planRead(work, {
      plan: plan('one', { baseDigest: digest('merged') }),
      approvalHolds: false,
      why: message('base-moved'),
    });
    const clean = ticket().given(...toReview, merged()).state;
    const late = ticket().given(
      ...toReview,
      baseMoved('merge'),
      moved,
      { type: 'IssueClosed', by: gantry, at: at(99) },
      merged(),
    );
    expect(late.state).toMatchObject({ stage: clean.stage, approval: clean.approval });
    expect(late.state.revoked).toBeUndefined();
    const byPat = ticket().given(...toReview, { type: 'IssueClosed', by: pat, at: at(99) }, merged(pat));
    expect(byPat.state.approval).toEqual(clean.approval);
  });

  test('of something whose approval fell for another reason leaves it fallen', () => {
    const spec = ticket().given(...toReview, { type: 'PullRetargeted', base: 'release' }, merged(pat));
    expect(spec.state.approval).toBeUndefined();
    const other = ticket().given(
      ...toReview,
      baseMoved('other'),
      planRead(work, { plan: plan('one', { baseDigest: digest('m') }) }),
      merged(),
    );
    expect(other.state.approval).toBeUndefined();
  });
});

test('the approval cannot be given twice, and an edited issue is named as the reason before a wrong digest', () => {
  const ask = approve(ann, { digest: digest('other') });
  waiting()
    .given(edited(rae, 'second'), startRead({ issue: issue('second') }), ask)
    .when(approvalRead(ask))
    .answered('-1', 'approval-stale-issue');
  ticket()
    .given(...toImplementing, pullOpened())
    .when(command({ name: 'approve-plan' }))
    .answered('-1', 'nothing-to-approve');
});
