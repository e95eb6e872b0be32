// Runs: asked for once, awaited by one stage, and whatever becomes of them leads on or says why not.
import { describe, expect, test } from 'vitest';
import { message } from '../../../../src/facts/message.ts';
import type { RunnerOutcome } from '../../../../src/facts/run.ts';
import type { TicketFact } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  ann,
  bo,
  dispatched,
  ended,
  finished,
  gaveUp,
  headMoved,
  inspected,
  labelled,
  layersFailed,
  layersPassed,
  lost,
  pat,
  plan,
  planPushed,
  planRead,
  policyWith,
  pullOpened,
  refusedBundle,
  run,
  sha,
  startRead,
  toAwaiting,
  toImplementing,
  toPlanning,
  toPublishing,
  toPublishingPlan,
  toReview,
  toVerifying,
  unlabelled,
  work,
  workPushed,
} from '../builders.ts';
import { pullId, ticket, timeOf } from '../lifecycle.ts';

const retry = (): TicketFact[] => allowed({ name: 'retry' });
const deferred = (stage: 'plan' | 'implement'): TicketFact => ({
  type: 'DispatchDeferred',
  stage,
  why: message('dispatch-deferred-all_busy', { live: '4' }),
});
const refused = (stage: 'plan' | 'implement'): TicketFact => ({
  type: 'DispatchRefused',
  stage,
  why: message('workflow-missing'),
});

describe('a dispatch', () => {
  test('that was put off is asked for again, with the same run, and once', () => {
    const spec = ticket().given(labelled(), startRead());
    const first = spec.command('DispatchRun');
    spec.when(deferred('plan')).then({ wakeAt: new Date(timeOf(3).getTime() + 300_000), commands: [] });
    spec.when({ type: 'Woken' }).then({ wakeAt: null });
    expect(spec.command('DispatchRun')).toEqual(first);
    spec.when({ type: 'Woken' }).then({ wakeAt: null, commands: [] });
    spec
      .given(dispatched(1, 'plan', sha('base')))
      .when({ type: 'Woken' })
      .then({ commands: [] });
  });

  test('that was put off for a run which is no more wakes nobody', () => {
    const spec = ticket().given(labelled(), startRead(), unlabelled());
    expect(spec.when(deferred('plan')).stream.last.wakeAt).toBeUndefined();
    spec.when({ type: 'Woken' }).then({ commands: [], wakeAt: null });
  });

  test('while an older one is unanswered asks nothing again', () => {
    const spec = ticket().given(
      labelled(),
      startRead(),
      unlabelled(),
      labelled(ann, 'first', 9),
      startRead({ by: ann }),
    );
    spec.stage('planning', { run: run(2) }).given(deferred('plan'));
    spec.when({ type: 'Woken' }).then({ commands: [] });
  });

  test('that GitHub refused stops the ticket; one of another stage, or after an answer, does not', () => {
    ticket().given(labelled(), startRead()).when(refused('plan')).blocked('workflow-missing', 'plan');
    ticket().given(labelled(), startRead()).when(refused('implement')).nothing();
    ticket()
      .given(...toPlanning)
      .when(refused('plan'))
      .nothing();
    ticket()
      .given(...toReview)
      .when(refused('plan'))
      .nothing();
    ticket().when(refused('plan')).nothing();
  });

  test('answered for a run that was replaced meanwhile stops that run', () => {
    ticket()
      .given(labelled(), startRead(), unlabelled())
      .when(dispatched(1, 'plan', sha('base')))
      .then({ commands: [{ type: 'CancelRun', run: run(1) }] });
    ticket()
      .given(...toPublishingPlan)
      .when(dispatched(1, 'plan', sha('base')))
      .nothing();
  });

  test('from a head that is no longer there is stopped before it costs more', () => {
    const [ask, ...rest] = toImplementing.slice(toAwaiting.length, -1);
    if (!ask) throw new Error('the path to implementing has no approval');
    ticket()
      .given(...toAwaiting, ask, ...rest, headMoved(sha('theirs')))
      .when(dispatched(2, 'implement', plan().commit))
      .blocked('branch-moved', 'implement')
      .then({ commands: [{ type: 'CancelRun', run: run(2) }] });
  });
});

describe('the plan run', () => {
  test('delivered is inspected, pushed as it is, and shown in one pull request', () => {
    const spec = ticket()
      .given(...toPlanning)
      .when(finished(1, 'plan'))
      .stage('publishing_plan', { run: run(1) })
      .then({ commands: [{ type: 'InspectBundle', stage: 'plan', start: sha('base') }] });
    spec
      .when(inspected(1))
      .then({ facts: [], commands: [{ type: 'PushTree', stage: 'plan', tree: sha('tree 1'), allowWorkflows: false }] });
    expect(spec.command('PushTree').expect).toBeUndefined();
    spec.when(planPushed(1)).then({ commands: [{ type: 'OpenPull', requester: { login: 'rae' }, base: 'main' }] });
    spec.when(pullOpened()).stage('awaiting_approval');
    expect(spec.stream.last.tell).toMatchObject([
      { stream: pullId, fact: { type: 'TicketReported', report: { stage: 'awaiting_approval' } } },
    ]);
  });

  test('repeated outcomes change nothing', () => {
    ticket()
      .given(...toPublishingPlan)
      .when(finished(1, 'plan'))
      .nothing();
    ticket()
      .given(...toPublishingPlan, inspected(1))
      .when(inspected(1))
      .nothing();
    ticket()
      .given(...toAwaiting)
      .when(planPushed(1))
      .nothing();
    ticket()
      .given(...toAwaiting)
      .when(pullOpened())
      .nothing();
  });

  test('its pull request is told of the ticket also when the work ended meanwhile', () => {
    const spec = ticket()
      .given(...toPublishingPlan, inspected(1), planPushed(1), unlabelled())
      .when(pullOpened());
    expect(spec.told('TicketReported')).toMatchObject([{ report: { stage: 'canceled' } }]);
  });

  test('people pushed before it was shown: their head is read before anybody approves', () => {
    const spec = ticket()
      .given(...toPublishingPlan, inspected(1), planPushed(1), headMoved(sha('theirs')))
      .when(pullOpened());
    expect(spec.command('ReadPlan').head).toBe(sha('theirs'));
  });

  test('pushed late, it does not hide what people pushed on top', () => {
    const spec = ticket()
      .given(...toPublishing, headMoved(sha('theirs')))
      .when(workPushed(3, work))
      .stage('in_review');
    expect(spec.state.head).toBe(sha('theirs'));
    expect(spec.command('ReadPlan').head).toBe(sha('theirs'));
    spec.when(planRead(sha('theirs'))).stage('verifying', { subject: { kind: 'head', sha: sha('theirs') } });
  });

  test('refused is made anew, and the agent is told why; a rule of GitHub is only asked again', () => {
    const spec = ticket()
      .given(...toPublishingPlan)
      .when(refusedBundle(1, 'bundle-plan-only'))
      .blocked('bundle-plan-only', 'plan');
    spec.given(...retry()).stage('planning', { run: run(2) });
    expect(spec.command('DispatchRun').feedback).toBe('.github/x.yml');
    ticket()
      .given(...toPublishingPlan, inspected(1))
      .when(refusedBundle(1, 'push-refused'))
      .blocked('push-refused', 'publish_plan')
      .given(...retry())
      .then({ commands: [{ type: 'PushTree', run: run(1) }] });
  });
});

describe('the implementation', () => {
  test('delivered is inspected, then verified as it is stored', () => {
    const spec = ticket()
      .given(...toImplementing)
      .when(finished(2, 'implement'))
      .stage('implementing')
      .then({
        facts: [],
        commands: [{ type: 'InspectBundle', stage: 'implement', start: plan().commit, changeId: plan().changeId }],
      });
    spec.when(inspected(2)).stage('verifying', { run: run(3), subject: { kind: 'bundle', tree: sha('tree 2') } });
    expect(spec.command('DispatchRun')).toMatchObject({ stage: 'verify', start: plan().commit });
  });

  test('refused waits for /retry, which tells the agent', () => {
    const spec = ticket()
      .given(...toImplementing, finished(2, 'implement'))
      .when(refusedBundle(2))
      .blocked('bundle-protected', 'implement');
    spec.given(...retry()).stage('implementing', { run: run(3) });
    expect(spec.command('DispatchRun').feedback).toContain('.github/x.yml');
  });

  test('reported before its start was on record is not built upon', () => {
    const asked = toImplementing.slice(0, -1);
    ticket()
      .given(...asked)
      .when(finished(2, 'implement'))
      .stage('retrying', { resume: 'implement' })
      .then({ commands: [] });
  });

  test('without a bundle it is no work', () => {
    const { bundle: _, ...submission } = finished(2, 'implement').submission;
    ticket()
      .given(...toImplementing)
      .when({ ...finished(2, 'implement'), submission })
      .blocked('run-without-bundle', 'implement');
  });
});

describe('verification', () => {
  test('passed is pushed on the head that it was made from, by the run that made it', () => {
    const spec = ticket()
      .given(...toVerifying)
      .when(finished(3, 'verify'))
      .stage('publishing', { run: run(3) });
    expect(spec.command('PushTree')).toMatchObject({
      expect: plan().commit,
      madeBy: run(2),
      allowWorkflows: false,
      push: 'after-verify',
    });
    spec.when(workPushed(3, work)).stage('in_review');
    expect(spec.state).toMatchObject({ head: work, layers: { sha: work, stored: false } });
  });

  test('failed pushes nothing, and /retry implements again with what failed', () => {
    const spec = ticket()
      .given(...toVerifying)
      .when(finished(3, 'verify', { layers: layersFailed }))
      .blocked('verification-failed', 'implement');
    spec
      .then({ commands: [] })
      .given(...retry())
      .stage('implementing', { run: run(4) });
    expect(spec.command('DispatchRun').feedback).toContain('unit: 1 failed');
  });

  test('a configured layer that says nothing has not passed', () => {
    const silent = layersPassed.filter(({ layer }) => layer !== 'unit');
    ticket()
      .given(...toVerifying)
      .when(finished(3, 'verify', { layers: silent }))
      .blocked('verification-failed', 'implement');
    ticket()
      .given(...toVerifying)
      .when(finished(3, 'verify', { layers: [] }))
      .blocked('verification-failed', 'implement');
    for (const conclusion of ['unknown', 'timed_out', 'skipped'] as const) {
      const layers = layersPassed.map((one) => (one.layer === 'unit' ? { ...one, conclusion } : one));
      ticket()
        .given(...toVerifying)
        .when(finished(3, 'verify', { layers }))
        .blocked('verification-failed', 'implement');
    }
  });

  test('results of a verification before are never shown for another tree', () => {
    const { layers: _, ...submission } = finished(3, 'verify').submission;
    const none = policyWith({ layers: {} });
    const facts = toVerifying.map((fact) => (fact.type === 'StartRead' ? startRead({ policy: none }) : fact));
    const spec = ticket()
      .given(...facts)
      .when({ ...finished(3, 'verify'), submission })
      .stage('publishing');
    expect(spec.when(workPushed(3, work)).state.layers).toEqual({ sha: work, stored: false, results: [] });
  });

  test('results of a head are not carried to a push that is told late', () => {
    const spec = ticket().given(
      ...toReview,
      headMoved(sha('fix')),
      planRead(sha('fix')),
      dispatched(4, 'verify', sha('fix')),
      finished(4, 'verify'),
    );
    expect(spec.when(workPushed(3, work)).state.layers).toMatchObject({ sha: sha('fix'), stored: false });
  });

  test('fails, then passes after a fix that people pushed', () => {
    ticket()
      .given(...toReview, headMoved(sha('fix')), planRead(sha('fix')))
      .stage('verifying', { subject: { kind: 'head', sha: sha('fix') } })
      .given(dispatched(4, 'verify', sha('fix')), finished(4, 'verify', { layers: layersFailed }))
      .blocked('verification-failed', 'implement')
      .given(headMoved(sha('fix 2')), planRead(sha('fix 2')))
      .stage('verifying', { run: run(5) })
      .given(dispatched(5, 'verify', sha('fix 2')), finished(5, 'verify'))
      .stage('in_review');
  });

  test('of a head starts again when people push once more, and not when they did not', () => {
    const spec = ticket().given(...toReview, headMoved(sha('a')), planRead(sha('a')), headMoved(sha('b')));
    spec
      .when(planRead(sha('b')))
      .stage('verifying', { run: run(5) })
      .then({ commands: [{ type: 'CancelRun', run: run(4) }, { type: 'DispatchRun' }] });
    spec.when(planRead(sha('b'))).nothing();
  });
});

describe('people push while the agent works', () => {
  test.each([
    ['implementing', toImplementing, run(2)],
    ['verifying what is stored', toVerifying, run(3)],
  ] as const)('%s: it is stopped, nothing is overwritten, and /retry goes on from there', (_, facts, stopped) => {
    const spec = ticket()
      .given(...facts, headMoved(sha('theirs')))
      .when(planRead(sha('theirs')));
    spec.blocked('branch-moved', 'implement').then({ commands: [{ type: 'CancelRun', run: stopped }] });
    expect(spec.state.feedback).toBeUndefined();
    spec.given(...retry()).stage('implementing');
    expect(spec.command('DispatchRun').start).toBe(sha('theirs'));
  });

  test('while the push is under way, its answer says it; while it waits for /run-ci, it is stopped', () => {
    ticket()
      .given(...toPublishing, headMoved(sha('theirs')))
      .when(planRead(sha('theirs')))
      .nothing();
    ticket()
      .given(...toPublishing, { type: 'PushWaits', run: run(3), workflows: ['ci.yml'] }, headMoved(sha('theirs')))
      .when(planRead(sha('theirs')))
      .blocked('branch-moved', 'implement');
  });

  test('while it is stopped for another reason, it stays stopped', () => {
    ticket()
      .given(...toImplementing, lost(2), headMoved(sha('theirs')))
      .when(planRead(sha('theirs')))
      .nothing();
  });

  test('a plan that waits is read again', () => {
    const spec = ticket().given(...toAwaiting, headMoved(sha('theirs')));
    expect(spec.command('ReadPlan').approval).toBeUndefined();
    spec.when(planRead(sha('theirs'), { plan: plan('two', { commit: sha('theirs') }) })).nothing();
    expect(spec.state).toMatchObject({ plan: { digest: plan('two').digest }, pushers: [pat.id] });
  });

  test('an echo of our own push is none', () => {
    const spec = ticket()
      .given(...toReview)
      .when(headMoved(plan().commit, bo, []))
      .nothing();
    expect(spec.state.head).toBe(work);
    // People may put the branch back to where we were: that is theirs.
    expect(spec.when(headMoved(plan().commit, pat)).state.head).toBe(plan().commit);
  });
});

describe('the push of the work', () => {
  test('waits for /run-ci while workflows with secrets would start', () => {
    const spec = ticket()
      .given(...toPublishing)
      .when({ type: 'PushWaits', run: run(3), workflows: ['ci.yml'] });
    spec.stage('publishing', { waitsFor: ['ci.yml'] }).given(...allowed({ name: 'run-ci' }));
    expect(spec.command('PushTree').allowWorkflows).toBe(true);
    spec.answered('rocket').when(workPushed(3, work)).stage('in_review');
  });

  test('of a plan waits for /run-ci as well, and the issue says so while there is no pull request', () => {
    const spec = ticket()
      .given(...toPublishingPlan)
      .when(inspected(1));
    expect(spec.command('PushTree').allowWorkflows).toBe(false);
    spec.when({ type: 'PushWaits', run: run(1), workflows: ['ci.yml'] });
    spec.stage('publishing_plan', { waitsFor: ['ci.yml'] });
    expect(spec.stream.desired()).toContainEqual(
      expect.objectContaining({
        view: { kind: 'message', message: message('next-run-ci-plan', { workflows: 'ci.yml' }) },
      }),
    );
    spec.given(...allowed({ name: 'run-ci' }));
    expect(spec.command('PushTree').allowWorkflows).toBe(true);
    spec.answered('rocket').when(planPushed(1));
    expect(spec.command('OpenPull').run).toBe(run(1));
  });

  test('/run-ci is refused where nothing waits for it', () => {
    const [ask, may] = allowed({ name: 'run-ci' });
    ticket()
      .given(...toPublishing, ask)
      .when(may)
      .answered('-1', 'nothing-waits-for-ci');
  });

  test('refused because the branch moved is made anew; refused by a rule it is pushed again as it is', () => {
    ticket()
      .given(...toPublishing)
      .when(refusedBundle(3, 'branch-moved'))
      .blocked('branch-moved', 'implement');
    ticket()
      .given(...toPublishing)
      .when(refusedBundle(3, 'push-refused'))
      .blocked('push-refused', 'publish')
      .given(...retry())
      .stage('publishing')
      .then({ commands: [{ type: 'PushTree', tree: sha('tree 2') }] });
  });
});

describe('a run that ends without a result', () => {
  const outcomes: RunnerOutcome[] = [
    { kind: 'no_change', why: 'nothing to do' },
    { kind: 'blocked', why: 'which colour?' },
    { kind: 'failed', class: 'agent_failed', why: 'it crashed' },
    { kind: 'cancelled', why: 'by hand' },
    { kind: 'timed_out', why: 'too slow' },
  ];
  test.each(outcomes)('$kind stops the ticket with its reason, in every stage', (outcome) => {
    ticket()
      .given(...toPlanning)
      .when(ended(1, 'plan', outcome))
      .blocked(`run-${outcome.kind}`, 'plan');
    ticket()
      .given(...toImplementing)
      .when(ended(2, 'implement', outcome))
      .blocked(`run-${outcome.kind}`, 'implement');
    ticket()
      .given(...toVerifying)
      .when(ended(3, 'verify', outcome))
      .blocked(`run-${outcome.kind}`, 'verify');
  });

  test('lost is ended for good, and another takes its place', () => {
    ticket()
      .given(...toImplementing)
      .when(lost(2))
      .stage('retrying', { resume: 'implement' })
      .then({ commands: [{ type: 'CancelRun', run: run(2) }] })
      .given(...retry())
      .stage('implementing', { run: run(3) });
  });

  test('lost after it reported, or after another took its place, leads nowhere', () => {
    for (const facts of [toPublishingPlan, toAwaiting])
      ticket()
        .given(...facts)
        .when(lost(1))
        .nothing();
    ticket()
      .given(...toImplementing, finished(2, 'implement'))
      .when(lost(2))
      .nothing();
    ticket()
      .given(...toVerifying)
      .when(lost(2))
      .nothing();
  });

  test('its late result leads nowhere', () => {
    ticket()
      .given(...toImplementing, lost(2))
      .when(finished(2, 'implement'))
      .nothing();
    ticket()
      .given(...toImplementing, unlabelled(pat, 90))
      .when(ended(2, 'implement', { kind: 'cancelled', why: 'x' }))
      .nothing();
    ticket()
      .given(...toImplementing, lost(2), ...retry())
      .when(finished(2, 'implement'))
      .nothing();
  });

  test('it verifies again what is stored, and not what was pushed long ago', () => {
    ticket()
      .given(...toVerifying, lost(3), ...retry())
      .stage('verifying', { run: run(4), subject: { kind: 'bundle' } });
    ticket()
      .given(...toReview, ...retry())
      .stage('verifying', { run: run(4), subject: { kind: 'head', sha: work } })
      .given(dispatched(4, 'verify', work), lost(4), ...retry())
      .stage('verifying', { run: run(5), subject: { kind: 'head', sha: work } });
  });
});

describe('giving up', () => {
  const stops: [string, TicketFact[], string, string][] = [
    ['DispatchRun', [labelled(), startRead()], 'plan', 'planning'],
    ['InspectBundle', toPublishingPlan, 'publish_plan', 'publishing_plan'],
    ['PushTree', [...toPublishingPlan, inspected(1)], 'publish_plan', 'publishing_plan'],
    ['OpenPull', [...toPublishingPlan, inspected(1), planPushed(1)], 'publish_plan', 'publishing_plan'],
    ['InspectBundle', [...toImplementing, finished(2, 'implement')], 'implement', 'implementing'],
    ['PushTree', toPublishing, 'publish', 'publishing'],
    ['ReadPlan', toReview, 'verify', 'in_review'],
    ['ReadPlan', toImplementing, 'implement', 'implementing'],
  ];
  test.each(stops)('%s stops the ticket where it waited, and /retry goes on there', (of, facts, resume, stage) => {
    const spec = ticket()
      .given(...facts)
      .when(gaveUp(of))
      .blocked('gave-up', resume)
      .given(...retry());
    expect(spec.state.stage.name).toBe(stage === 'in_review' ? 'verifying' : stage);
  });

  test.each([
    'ReadAuthority',
    'ReadLabelAuthority',
    'ReadApproval',
    'CancelRun',
    'MergePull',
    'toString',
  ])('%s stops nothing', (of) => {
    for (const facts of [toPlanning, toAwaiting, toImplementing, toReview])
      ticket()
        .given(...facts)
        .when(gaveUp(of))
        .nothing();
  });

  test('what nobody waits for stops nothing', () => {
    ticket()
      .given(...toReview)
      .when(gaveUp('DispatchRun'))
      .nothing();
    ticket()
      .given(...toImplementing)
      .when(gaveUp('DispatchRun'))
      .nothing();
    ticket().when(gaveUp('ReadStart')).nothing();
    ticket()
      .given(...toAwaiting)
      .when(gaveUp('ReadPlan'))
      .nothing();
  });
});

test('a plan that was put on another commit of the base is of that base', () => {
  const { base } = ticket().given(...toPublishingPlan, inspected(1), { ...planPushed(1), onto: sha('moved') }).stream
    .state;
  expect(base?.sha).toBe(sha('moved'));
});

test('the evidence of a run is named in its line', () => {
  const spec = ticket().given(...toPlanning, finished(1, 'plan', { evidence: 'e'.repeat(64) }));
  expect(spec.stream.state.runs).toMatchObject([{ run: run(1), evidence: 'e'.repeat(64) }]);
});

test('a run without a box stays known beside one on a machine that others use, which asks more of a merge', () => {
  const spec = ticket().given(...toPlanning);
  spec.given({ ...finished(1, 'plan'), isolation: 'none_allowed' }, { ...finished(2, 'plan'), isolation: 'reused' });
  expect(spec.stream.state).toMatchObject({ isolation: 'reused', unboxed: true });
});
