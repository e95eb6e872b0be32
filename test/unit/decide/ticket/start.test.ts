// From the label to the plan run.
import { describe, expect, test } from 'vitest';
import {
  allowed,
  ann,
  approvalRead,
  approve,
  at,
  bo,
  brokenPolicy,
  closed,
  digest,
  dispatched,
  edited,
  gaveUp,
  issue,
  labelled,
  olga,
  pat,
  rae,
  run,
  sha,
  startRead,
  toAwaiting,
  toImplementing,
  toPlanning,
  toReview,
  toVerifying,
  unlabelled,
  work,
} from '../builders.ts';
import { pullNumber, ticket } from '../lifecycle.ts';

describe('the label', () => {
  test('asks who may, and what the issue says', () => {
    ticket()
      .when(labelled())
      .then({
        facts: [{ type: 'StageEntered', stage: { name: 'checking' } }],
        commands: [{ type: 'ReadStart', by: rae, covers: 'event' }],
      });
  });

  test('starts the plan run when the issue is ready', () => {
    const spec = ticket()
      .given(labelled())
      .when(startRead())
      .then({
        facts: [
          { type: 'TicketStarted', by: rae },
          { type: 'StageEntered', stage: { name: 'planning', run: run(1) } },
        ],
        commands: [{ type: 'DispatchRun', run: run(1), stage: 'plan', base: 'main' }],
      });
    expect(spec.command('DispatchRun').start).toBeUndefined();
    expect(spec.command('DispatchRun').feedback).toBeUndefined();
    expect(spec.seen('notice/12')).toMatchObject({ view: { kind: 'started', by: 'rae' } });
  });

  test('another label, a second one while work goes on, and one that is older than its removal do nothing', () => {
    ticket()
      .when(labelled(rae, 'first', 0, 'bug'))
      .nothing();
    ticket()
      .given(...toPlanning)
      .when(labelled(ann, 'first', 9))
      .nothing();
    ticket()
      .given(labelled(rae, 'first', 3), unlabelled(rae, 5))
      .when(labelled(rae, 'first', 1))
      .nothing();
  });

  test.each(['none', 'read', 'triage'] as const)('by somebody with %s starts nothing and says who may', (role) => {
    const spec = ticket()
      .given(labelled(olga))
      .when(startRead({ by: olga, role }))
      .stage('idle')
      .then({ commands: [] });
    expect(spec.seen('notice/12')).toMatchObject({ view: { message: { id: 'start-needs-write', data: { role } } } });
  });

  test('by a bot starts nothing, whatever its role', () => {
    ticket()
      .given(labelled(bo))
      .when(startRead({ by: bo, role: 'admin' }))
      .stage('idle')
      .then({ commands: [] });
  });

  test('is gone, or the issue, when it is looked at: nothing starts', () => {
    ticket()
      .given(labelled())
      .when(startRead({ labeled: false }))
      .stage('idle')
      .then({ commands: [] });
    ticket()
      .given(labelled())
      .when(startRead({ issue: issue('first', { state: 'closed' }) }))
      .stage('idle');
    const { issue: _, ...gone } = startRead();
    ticket().given(labelled()).when(gone).stage('idle').then({ commands: [] });
  });

  test('with a broken policy starts nothing and shows the problems', () => {
    const spec = ticket()
      .given(labelled())
      .when(startRead({ policy: brokenPolicy }))
      .stage('idle')
      .then({ commands: [] });
    expect(spec.seen('notice/12')).toMatchObject({
      view: { message: { id: 'policy-broken', data: { problems: 'line 3: unknown key' } } },
    });
  });

  test('without a policy starts with the defaults', () => {
    const spec = ticket()
      .given(labelled())
      .when(startRead({ policy: { status: 'absent' } }))
      .stage('planning');
    expect(spec.command('DispatchRun').policy.agent).toBe('codex');
  });
});

describe('readiness', () => {
  const thin = issue('thin', { criteria: [] });
  const notReady = () => ticket().given(labelled(rae, 'thin'), startRead({ issue: thin }));

  test('a thin issue starts no run and says what is missing', () => {
    const spec = notReady().stage('not_ready').then({ commands: [] });
    expect(spec.seen('notice/12')).toMatchObject({ view: { kind: 'not_ready' } });
  });

  test('an edit has it checked again, and a ready one starts', () => {
    notReady()
      .when(edited(rae, 'better'))
      .then({ commands: [{ type: 'ReadStart', by: rae }] })
      .stage('checking')
      .when(startRead({ issue: issue('better') }))
      .stage('planning');
  });

  test('an edit by an outsider withdraws the label', () => {
    notReady()
      .given(edited(olga, 'better'))
      .when(startRead({ by: olga, role: 'read', issue: issue('better') }))
      .stage('idle', { notice: { id: 'issue-edited-by-outsider' } });
  });

  test('/retry checks it again as it is', () => {
    const [ask, may] = allowed({ name: 'retry' });
    notReady()
      .given(ask)
      .when(may)
      .stage('checking')
      .then({ commands: [{ type: 'ReadStart', by: ann, covers: 'live' }] });
  });
});

describe('the label covers the issue as its event showed it (trust.md 16)', () => {
  test('an outsider edited before it was read: the editor is read, and withdraws it', () => {
    ticket()
      .given(labelled(rae, 'first'), edited(olga, 'sly'))
      .when(startRead({ issue: issue('sly') }))
      .stage('checking')
      .then({ commands: [{ type: 'ReadStart', by: olga }] })
      .when(startRead({ by: olga, role: 'read', issue: issue('sly') }))
      .stage('idle', { notice: { id: 'issue-edited-by-outsider' } })
      .when(startRead({ by: olga, role: 'read', issue: issue('sly') }))
      .nothing();
  });

  test('the edit is heard of after the issue was read: it is read again and nothing waits for ever', () => {
    ticket()
      .given(labelled(rae, 'first'))
      .when(startRead({ issue: issue('later') }))
      .stage('checking')
      .nothing()
      .when(edited(rae, 'later'))
      .then({ commands: [{ type: 'ReadStart', by: rae }] })
      .when(startRead({ issue: issue('later') }))
      .stage('planning');
  });

  test('an edit by somebody with write is covered, and who labelled stays the one who asked', () => {
    const spec = ticket()
      .given(labelled(rae, 'first'), edited(pat, 'better'))
      .when(startRead({ issue: issue('better') }))
      .then({ commands: [{ type: 'ReadStart', by: pat }] })
      .when(startRead({ by: pat, issue: issue('better') }))
      .stage('planning');
    expect(spec.state.requester).toEqual(rae);
  });

  test('an edit with write starts nothing that a label without write has asked for', () => {
    ticket()
      .given(labelled(olga, 'first'), edited(pat, 'better'))
      .when(startRead({ by: pat, issue: issue('better') }))
      .stage('checking')
      .nothing()
      .when(startRead({ by: olga, role: 'triage', issue: issue('better') }))
      .stage('idle');
  });

  test('after the start, an edit by an outsider stops the work', () => {
    const spec = ticket()
      .given(...toPlanning, edited(olga, 'sly'))
      .when(startRead({ by: olga, role: 'triage', issue: issue('sly') }))
      .stage('canceled', { why: { id: 'issue-edited-by-outsider' } })
      .then({ commands: [{ type: 'CancelRun', run: run(1) }] });
    expect(spec.state.approval).toBeUndefined();
  });

  test('after approval it takes the approval along', () => {
    ticket()
      .given(...toImplementing, edited(olga, 'sly'))
      .when(startRead({ by: olga, role: 'none', issue: issue('sly') }))
      .then({
        facts: [{ type: 'ApprovalRevoked' }, { type: 'StageEntered', stage: { name: 'canceled' } }],
        commands: [{ type: 'CancelRun', run: run(2) }],
      });
  });

  test('an edit that was undone, or that /retry has covered since, withdraws nothing', () => {
    ticket()
      .given(...toImplementing, edited(olga, 'sly'))
      .when(startRead({ by: olga, role: 'read', issue: issue('first') }))
      .nothing();
  });

  test('an edit with write stops a plan run, and waits', () => {
    ticket()
      .given(...toPlanning)
      .when(edited(rae, 'second'))
      .then({ facts: [], commands: [{ type: 'ReadStart', by: rae }] })
      .when(startRead({ issue: issue('second') }))
      .blocked('issue-edited', 'plan')
      .then({ commands: [{ type: 'CancelRun', run: run(1) }] });
  });

  test.each([
    ['implementing', toImplementing, 2],
    ['verifying', toVerifying, 3],
  ] as const)('an edit with write while %s revokes the approval and stops the run', (_, facts, n) => {
    ticket()
      .given(...facts, edited(rae, 'second'))
      .when(startRead({ issue: issue('second') }))
      .then({
        facts: [{ type: 'ApprovalRevoked', why: { id: 'issue-edited' } }, { type: 'StageEntered' }],
        commands: [{ type: 'CancelRun', run: run(n) }],
      })
      .stage('awaiting_approval');
  });

  test('an edit while a plan waits changes what an approval is bound to, and nothing else', () => {
    const spec = ticket()
      .given(...toAwaiting, edited(rae, 'second'))
      .when(startRead({ issue: issue('second') }))
      .nothing();
    expect(spec.state.issue?.bodyDigest).toBe(digest('second'));
  });

  test('a policy that broke meanwhile does not give way to the defaults', () => {
    const spec = ticket()
      .given(...toImplementing, edited(rae, 'second'))
      .when(startRead({ issue: issue('second'), policy: brokenPolicy }));
    expect(spec.state.policy?.status).toBe('ok');
  });
});

describe('the end before the merge', () => {
  test.each([
    ['planning', toPlanning, 1],
    ['implementing', toImplementing, 2],
    ['verifying', toVerifying, 3],
  ] as const)('the label removed while %s stops the run', (_, facts, n) => {
    ticket()
      .given(...facts)
      .when(unlabelled(pat, 90))
      .stage('canceled', { why: { id: 'label-removed' } })
      .then({ commands: [{ type: 'CancelRun', run: run(n) }] });
  });

  test('a removal that is older than the label does nothing', () => {
    ticket()
      .given(labelled(rae, 'first', 10))
      .when(unlabelled(rae, 5))
      .nothing();
  });

  test('the issue closed by a person, or by a bot outside review, stops the work', () => {
    for (const by of [pat, bo])
      ticket()
        .given(...toImplementing)
        .when({ type: 'IssueClosed', by, at: at(80) })
        .stage('canceled', { why: { id: 'issue-closed' } })
        .then({ facts: [{ type: 'ApprovalRevoked' }, {}], commands: [{ type: 'CancelRun' }] });
  });

  test.each([
    false,
    true,
  ])('another pull request of the branch, or one of a branch left behind, ends nothing when it is closed (merged: %s)', (merged) => {
    const spec = ticket().given(...toReview);
    const before = spec.state;
    spec
      .when({ ...closed(pat, pullNumber + 1), merged })
      .nothing()
      .stage('in_review');
    expect(spec.state).toEqual(before);
    spec.when(closed()).stage('canceled');
  });

  test('closed by a bot in review, it may be our own merge: PullClosed will say', () => {
    ticket()
      .given(...toReview)
      .when({ type: 'IssueClosed', by: bo, at: at(80) })
      .nothing();
  });

  test('nothing stops what is over', () => {
    ticket()
      .when({ type: 'IssueClosed', by: pat, at: at(1) })
      .nothing();
    ticket().when(unlabelled()).nothing();
    ticket().when(edited(rae, 'x')).nothing();
  });

  test('labelled anew it starts from the issue again, with no word of what failed before', () => {
    const spec = ticket()
      .given(...toImplementing, unlabelled(pat, 90), labelled(pat, 'first', 95))
      .when(startRead({ by: pat }))
      .stage('planning', { run: run(3) });
    expect(spec.state).toMatchObject({ requester: pat });
    expect(spec.state.approval).toBeUndefined();
    expect(spec.command('DispatchRun').feedback).toBeUndefined();
  });

  test('after its pull request was closed it starts on another branch and opens another one', () => {
    const spec = ticket()
      .given(...toReview, closed(), labelled(rae, 'first', 95), startRead({ base: { ref: 'main', sha: sha('newer') } }))
      .stage('planning', { run: run(4) });
    expect(spec.state).toMatchObject({ base: { sha: sha('newer') }, branchesLeft: 1 });
    expect(spec.state.pull).toBeUndefined();
    spec.given(dispatched(4, 'plan', sha('newer'))).when({
      type: 'RunFinished',
      run: run(4),
      stage: 'plan',
      submission: {
        fence: 1,
        outcome: { kind: 'delivered' },
        bundle: { artifact: digest('new bundle'), commit: sha('new') },
        sandbox: { name: 'bubblewrap', boxed: true, unenforced: [] },
      },
      usage: { calls: 1, inputTokens: 1, outputTokens: 1 },
      isolation: 'box',
    });
    spec.when({ type: 'BundleInspected', run: run(4), tree: sha('new tree'), files: 1 });
    expect(spec.command('PushTree')).toMatchObject({ branch: 'gantry/12-add-a-bulk-discount-2' });
    expect(spec.command('PushTree').expect).toBeUndefined();
  });

  test('its pull request is opened again: it waits for an approval of what is there now, and nothing is made again', () => {
    const reopened = { type: 'PullReopened', pull: pullNumber, by: pat } as const;
    const spec = ticket().given(...toReview, closed());
    spec
      .when(reopened)
      .stage('canceled')
      .then({ commands: [{ type: 'ReadStart', by: pat }] });
    spec
      .when(startRead({ by: pat }))
      .stage('awaiting_approval')
      .then({ facts: [{}, { type: 'GateJudged' }], commands: [{ type: 'ReadPlan' }] });
    expect(spec.state).toMatchObject({ pull: pullNumber, branchesLeft: 0, revoked: { id: 'pull-closed' } });
    expect(spec.state.approval).toBeUndefined();
    spec.when(approvalRead(approve(), { head: work })).stage('verifying', { subject: { kind: 'head' } });
  });

  test('it stays stopped when whoever opened it again may not, is not known, or the issue no longer asks for it', () => {
    const reopened = { type: 'PullReopened', pull: pullNumber, by: pat } as const;
    const spec = () => ticket().given(...toReview, closed());
    spec()
      .when({ ...reopened, by: bo })
      .nothing();
    spec()
      .when({ ...reopened, pull: pullNumber + 1 })
      .nothing();
    ticket()
      .given(...toReview, { type: 'IssueClosed', by: pat, at: at(80) }, closed())
      .when(reopened)
      .nothing();
    for (const read of [
      { by: pat, role: 'triage' } as const,
      { by: pat, labeled: false },
      { by: pat, issue: issue('first', { state: 'closed' }) },
    ])
      spec().given(reopened).when(startRead(read)).nothing();
    // Read for something else while it is closed.
    spec()
      .when(startRead({ by: pat }))
      .nothing();
  });

  test('reading the start was given up: it stops, and /retry reads again for whoever types it', () => {
    const [ask, may] = allowed({ name: 'retry' }, pat);
    ticket()
      .given(labelled())
      .when(gaveUp('ReadStart'))
      .blocked('gave-up', 'start')
      .given(ask)
      .when(may)
      .stage('checking')
      .then({ commands: [{ type: 'ReadStart', by: pat, covers: 'live' }] });
  });
});
