// What asks for a run, what a run waits for, and what is answered to people who ask why.
import { describe, expect, test } from 'vitest';
import { message } from '../../../../src/facts/message.ts';
import type { TicketFactOf } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  ann,
  approvalRead,
  approve,
  at,
  command,
  dispatched,
  finished,
  inspected,
  labelled,
  lost,
  rae,
  run,
  sha,
  startRead,
  toAwaiting,
  toImplementing,
  toPlanning,
} from '../builders.ts';
import { ticket } from '../lifecycle.ts';

const blocked: TicketFactOf<'DispatchDeferred'> = {
  type: 'DispatchDeferred',
  run: run(1),
  stage: 'plan',
  why: message('dispatch-deferred-blocked', { by: '#7' }),
};
const slot = (n: number) => ({ type: 'SlotOffered', run: run(n) }) as const;

describe('a signal', () => {
  test('names what asked for the run, and is kept while it waits', () => {
    const spec = ticket().given(labelled(), startRead());
    const first = spec.command('DispatchRun').signal;
    expect(first).toEqual({ key: `label:${at(0)}`, why: message('signal-label', { by: 'rae' }) });
    spec.given(blocked).when(slot(1));
    expect(spec.command('DispatchRun').signal).toEqual(first);
    spec.given(blocked).when({ type: 'Woken' });
    expect(spec.command('DispatchRun').signal).toEqual(first);
  });

  test('of an approval is its comment, of a verification the work, of a retry the next comment', () => {
    const given = approve();
    const spec = ticket().given(...toAwaiting, given, approvalRead(given));
    expect(spec.command('DispatchRun').signal?.key).toBe(`comment:${given.comment.id}/approve-plan`);
    const built = ticket().given(...toImplementing, finished(2, 'implement'), inspected(2));
    expect(built.command('DispatchRun').signal?.key).toBe(`work:${run(2)}`);
    const [ask, authority] = allowed({ name: 'retry' });
    const again = ticket().given(...toPlanning, lost(1), ask, authority);
    expect(again.command('DispatchRun').signal).toEqual({
      key: `comment:${ask.comment.id}/retry`,
      why: message('signal-command', { command: 'retry', by: 'ann' }),
    });
  });
});

describe('a slot that is offered', () => {
  test('is asked for at once, and once', () => {
    const spec = ticket().given(labelled(), startRead());
    spec.when(slot(1)).nothing();
    spec.given(blocked).when(slot(1));
    expect(spec.command('DispatchRun').run).toBe(run(1));
    spec.when(slot(1)).nothing();
  });

  test('to a run that nobody wants any more is given back', () => {
    const [ask, authority] = allowed({ name: 'cancel' });
    ticket()
      .given(labelled(), startRead(), blocked, ask, authority)
      .when(slot(1))
      .then({ commands: [{ type: 'CancelRun', run: run(1) }] });
  });

  test('may be one by another priority', () => {
    const changed = { type: 'PriorityChanged', label: 'P0', by: rae, at: at(4) } as const;
    ticket()
      .given(labelled(), startRead(), blocked)
      .when(changed)
      .then({ commands: [{ type: 'DispatchRun', run: run(1) }] });
    ticket()
      .given(...toPlanning)
      .when(changed)
      .nothing();
  });
});

test('a ticket that waits says what for, where people look, and no longer once it runs', () => {
  const spec = ticket().given(labelled(), startRead(), blocked);
  expect(spec.seen('notice/12')).toMatchObject({
    view: { kind: 'started', waits: { id: 'dispatch-deferred-blocked' } },
  });
  spec.given(slot(1), dispatched(1, 'plan', sha('base')));
  expect(spec.seen('notice/12')).toEqual({
    id: 'notice/12',
    kind: 'notice',
    issue: 12,
    view: { kind: 'started', by: 'rae' },
  });
});

test('an answer to a run that was left behind stops nothing', () => {
  const [ask, authority] = allowed({ name: 'retry' });
  const refused = (n: number) =>
    ({ type: 'DispatchRefused', run: run(n), stage: 'plan', why: message('dispatch-refused-over', {}) }) as const;
  const spec = ticket().given(...toPlanning, lost(1), ask, authority);
  spec.when(refused(1)).nothing().stage('planning');
  spec.when(refused(2)).blocked('dispatch-refused-over', 'plan');
});

describe('a run that went astray', () => {
  test('and is not on GitHub is asked for once more, as the same run', () => {
    const unseen = { type: 'RunUnseen', run: run(1) } as const;
    const spec = ticket().given(...toPlanning);
    spec.when(unseen).then({ commands: [{ type: 'DispatchRun', run: run(1) }] });
    spec.when(unseen).nothing();
    ticket()
      .given(...toPlanning, lost(1))
      .when(unseen)
      .nothing();
  });

  test('as a workflow run that nobody waits for is stopped, and only that', () => {
    ticket()
      .given(...toPlanning)
      .when({ type: 'RunStray', run: run(1), workflowRun: 9 })
      .then({ commands: [{ type: 'CancelRun', run: run(1), workflowRun: 9 }], facts: [] })
      .stage('planning');
  });
});

test('/harness explain answers with every start and refusal and its reason; a wait is one line', () => {
  const spec = ticket().given(labelled(), startRead(), blocked);
  for (let n = 0; n < 5; n++) spec.given(slot(1), blocked);
  const signal = { key: 'label:x', why: message('signal-label', { by: 'rae' }) };
  spec.given(slot(1), { ...dispatched(1, 'plan', sha('base')), signal });
  const ask = command({ name: 'harness explain' }, ann);
  spec.given(ask).when({ type: 'AuthorityRead', ask, role: 'read' });
  spec.answered('rocket', 'explain');
  const lines = spec.state.receipts.at(-1)?.reply?.lines ?? [];
  expect(lines.map((line) => line.map(({ id }) => id))).toEqual([
    ['explain-waits', 'dispatch-deferred-blocked'],
    ['explain-started', 'signal-label'],
  ]);
});
