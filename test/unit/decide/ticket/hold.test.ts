// Holds stop everything on the item, are set and lifted by people only, and what they stopped goes on where it was.
import { describe, expect, test } from 'vitest';
import type { TicketFact, TicketFactOf } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  ann,
  bo,
  ended,
  finished,
  headMoved,
  inspected,
  labelled,
  lost,
  olga,
  pat,
  plan,
  planPushed,
  planRead,
  pullOpened,
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
import { ticket } from '../lifecycle.ts';

const agentFailed = { kind: 'failed', class: 'agent_failed', why: 'it gave up' } as const;

const hold = (by = pat) => labelled(by, 'first', 50, 'ai-hold');
const lift = () => allowed({ name: 'unhold' });
const read = (by = ann, role: 'write' | 'triage' = 'write'): TicketFactOf<'LabelAuthorityRead'> => ({
  type: 'LabelAuthorityRead',
  label: 'ai-hold',
  change: 'removed',
  by,
  role,
});

describe('a hold', () => {
  const stopped: [string, TicketFact[], string, string | undefined][] = [
    ['planning', toPlanning, 'plan', run(1)],
    ['publishing_plan', toPublishingPlan, 'publish_plan', undefined],
    ['implementing', toImplementing, 'implement', run(2)],
    ['verifying', toVerifying, 'verify', run(3)],
    ['publishing', toPublishing, 'publish', undefined],
  ];
  test.each(stopped)('while %s stops it, and remembers %s', (_, facts, resume, canceled) => {
    ticket()
      .given(...facts)
      .when(hold())
      .blocked('held', resume)
      .then({
        facts: [{ type: 'Held', by: pat }, {}],
        commands: canceled ? [{ type: 'CancelRun', run: canceled }] : [],
      });
    const [ask, may] = allowed({ name: 'hold', why: 'look first' }, ann, 'triage');
    const spec = ticket()
      .given(...facts, ask)
      .when(may)
      .blocked('held', resume)
      .answered('rocket');
    expect(spec.state.hold).toEqual({ by: 'ann', why: 'look first' });
    expect(spec.state.feedback).toBeUndefined();
  });

  test.each([
    ['awaiting_approval', toAwaiting],
    ['in_review', toReview],
  ] as const)('while %s waits on with it', (name, facts) => {
    const spec = ticket()
      .given(...facts)
      .when(hold())
      .stage(name)
      .then({ facts: [{ type: 'Held' }], commands: [] });
    expect(spec.told('TicketReported')[0]?.report.hold).toMatchObject({ by: 'pat' });
    spec.given(...lift()).stage(name);
  });

  test('before the start keeps the plan run from being asked for', () => {
    ticket()
      .given(hold(), labelled())
      .when(startRead())
      .blocked('held', 'plan')
      .then({ commands: [] })
      .given(...lift())
      .stage('planning', { run: run(1) })
      .then({ commands: [{ type: 'DispatchRun', run: run(1) }] });
  });

  test('by a bot is none, and a second one changes nothing', () => {
    ticket()
      .given(...toReview)
      .when(hold(bo as typeof pat))
      .nothing();
    ticket()
      .given(...toReview, hold())
      .when(hold(ann))
      .nothing();
    const [ask, may] = allowed({ name: 'hold' });
    ticket()
      .given(...toReview, hold(), ask)
      .when(may)
      .answered('-1', 'held');
  });

  test('keeps what comes in late, and starts nothing by it', () => {
    ticket()
      .given(...toImplementing, hold())
      .when(finished(2, 'implement'))
      .nothing();
    ticket()
      .given(...toPublishingPlan, hold())
      .when(inspected(1))
      .nothing();
    ticket()
      .given(...toPublishingPlan, inspected(1), hold())
      .when(planPushed(1))
      .nothing();
    ticket()
      .given(...toPublishing, hold())
      .when(workPushed(3, work))
      .nothing();
    ticket()
      .given(...toImplementing, hold())
      .when(lost(2))
      .nothing();
    ticket()
      .given(...toVerifying, hold(), headMoved(sha('theirs')))
      .when(planRead(sha('theirs')))
      .nothing();
  });

  test('keeps a push by people for later', () => {
    ticket()
      .given(...toReview, hold(), headMoved(sha('theirs')))
      .when(planRead(sha('theirs')))
      .blocked('held', 'verify')
      .then({ commands: [] })
      .given(...lift())
      .stage('verifying', { subject: { kind: 'head', sha: sha('theirs') } });
  });
});

describe('lifted', () => {
  test('planning, implementing and verifying run again', () => {
    ticket()
      .given(...toPlanning, hold(), ...lift())
      .stage('planning', { run: run(2) });
    const spec = ticket()
      .given(...toImplementing, hold(), ...lift())
      .stage('implementing', { run: run(3) });
    expect(spec.command('DispatchRun').feedback).toBeUndefined();
    ticket()
      .given(...toVerifying, hold(), ...lift())
      .stage('verifying', { run: run(4), subject: { kind: 'bundle', tree: sha('tree 2') } });
  });

  test('publishing a plan goes on at the step that was not done', () => {
    ticket()
      .given(...toPublishingPlan, hold(), ...lift())
      .stage('publishing_plan', { run: run(1) })
      .then({ commands: [{ type: 'InspectBundle', run: run(1) }] });
    ticket()
      .given(...toPublishingPlan, inspected(1), hold(), ...lift())
      .stage('publishing_plan')
      .then({ commands: [{ type: 'PushTree', tree: sha('tree 1') }] });
    ticket()
      .given(...toPublishingPlan, inspected(1), hold(), planPushed(1), ...lift())
      .stage('publishing_plan')
      .then({ commands: [{ type: 'OpenPull' }] })
      .when(pullOpened())
      .stage('awaiting_approval');
  });

  test('publishing the work pushes what was verified, or looks at what was pushed', () => {
    ticket()
      .given(...toPublishing, hold(), ...lift())
      .stage('publishing', { run: run(3) })
      .then({ commands: [{ type: 'PushTree', tree: sha('tree 2'), allowWorkflows: false }] });
    ticket()
      .given(...toPublishing, hold(), workPushed(3, work), ...lift())
      .stage('verifying', { subject: { kind: 'head', sha: work } });
  });

  test('does not lift another stop', () => {
    ticket()
      .given(...toImplementing, ended(2, 'implement', agentFailed), hold(), ...lift())
      .blocked('run-failed', 'implement');
  });

  test('/retry is refused while it holds, /unhold where nothing holds', () => {
    const [retry, may] = allowed({ name: 'retry' });
    ticket()
      .given(...toImplementing, hold(), retry)
      .when(may)
      .answered('-1', 'held');
    const [ask, mayLift] = lift();
    ticket()
      .given(...toReview, ask)
      .when(mayLift)
      .answered('-1', 'not-held');
  });

  test('by the label needs write; without it the label is put back, each time', () => {
    const spec = ticket().given(...toImplementing, hold(), unlabelled(olga, 55, 'ai-hold'));
    spec.then({ commands: [{ type: 'ReadLabelAuthority', label: 'ai-hold', change: 'removed', by: olga }] });
    spec
      .when(read(olga, 'triage'))
      .then({ facts: [{ type: 'HoldRestored', by: olga }] })
      .blocked('held', 'implement');
    expect(spec.seen('label/12/ai-hold')).toMatchObject({ present: true, times: 1 });
    spec.given(unlabelled(olga, 56, 'ai-hold')).when(read(olga, 'triage'));
    expect(spec.seen('label/12/ai-hold')).toMatchObject({ present: true, times: 2 });
    spec
      .given(unlabelled(bo, 57, 'ai-hold'))
      .when(read(bo))
      .then({ facts: [{ type: 'HoldRestored' }] });
    spec
      .given(unlabelled(ann, 58, 'ai-hold'))
      .when(read(ann))
      .stage('implementing', { run: run(3) });
    expect(spec.seen('label/12/ai-hold')).toBeUndefined();
  });

  test('by /unhold takes the label along', () => {
    const spec = ticket().given(...toReview, hold(), ...lift());
    expect(spec.seen('label/12/ai-hold')).toMatchObject({ present: false, times: 1 });
    spec.given(unlabelled(bo, 60, 'ai-hold'));
    expect(spec.seen('label/12/ai-hold')).toBeUndefined();
  });

  test('told before it was set, in the order of arrival, it is no hold', () => {
    ticket()
      .given(...toReview, unlabelled(ann, 70, 'ai-hold'))
      .when(hold())
      .nothing();
  });

  test('the answer about a label that no longer matters does nothing', () => {
    ticket()
      .given(...toReview)
      .when(read())
      .nothing();
    expect(
      ticket()
        .given(...toReview, hold())
        .when({ ...read(), change: 'added' }).state.hold,
    ).toBeDefined();
    expect(plan().commit).toBeDefined();
  });
});
