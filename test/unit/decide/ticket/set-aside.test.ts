// SF-017: what could not be decided on stops the ticket, and what an operator replays goes on only where it still stands.
import { expect, test } from 'vitest';
import type { TicketFact } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  ended,
  gaveUp,
  run,
  toAwaiting,
  toImplementing,
  toPlanning,
  toPublishing,
  toReview,
  toVerifying,
} from '../builders.ts';
import { ticket } from '../lifecycle.ts';

const aside: TicketFact = { type: 'FactSetAside', id: 4, of: 'PlanRead', why: 'x' };
const replayed = (of: 'command' | 'run', what: string): TicketFact => ({ type: 'Replayed', of, what, by: 'ops' });

test.each<[string, TicketFact[]]>([
  ['planning', toPlanning],
  ['awaiting approval', toAwaiting],
  ['implementing', toImplementing],
  ['verifying', toVerifying],
  ['publishing', toPublishing],
  ['in review', toReview],
])('%s: it stops and no approval stands on what was perhaps not heard', (_, facts) => {
  const spec = ticket()
    .given(...facts)
    .when(aside)
    .stage('blocked', { why: { id: 'fact-set-aside' } });
  expect(spec.state.approval).toBeUndefined();
});

test('/retry goes on without it, to a new approval', () => {
  ticket()
    .given(...toVerifying, aside, ...allowed({ name: 'retry' }))
    .stage('awaiting_approval');
  ticket()
    .given(...toAwaiting, aside, ...allowed({ name: 'retry' }))
    .stage('awaiting_approval');
});

test('where nothing goes on it is only put on record', () => {
  ticket().when(aside).nothing().stage('idle');
  ticket()
    .given(...toImplementing, ...allowed({ name: 'cancel' }))
    .when(aside)
    .nothing()
    .stage('canceled');
});

test('a replay takes up what the ticket stopped at, and nothing else', () => {
  const stopped = () => ticket().given(...toPublishing, gaveUp('PushTree'));
  stopped()
    .when(replayed('command', 'PushTree'))
    .stage('publishing')
    .then({ commands: [{ type: 'PushTree' }] });
  stopped().when(replayed('command', 'OpenPull')).nothing().stage('blocked');
  stopped()
    .given(...allowed({ name: 'hold' }))
    .when(replayed('command', 'PushTree'))
    .nothing();
  stopped()
    .given(...allowed({ name: 'cancel' }))
    .when(replayed('command', 'PushTree'))
    .nothing()
    .stage('canceled');
});

test('a replay of a run that failed starts another; of one before it, nothing', () => {
  const refused = { kind: 'failed', class: 'auth', why: 'refused' } as const;
  const stopped = () => ticket().given(...toImplementing, ended(2, 'implement', refused));
  stopped()
    .when(replayed('run', run(2)))
    .stage('implementing', { run: run(3) });
  stopped()
    .when(replayed('run', run(1)))
    .nothing();
});

test('a start that could not be read is read again for whoever set the label', () => {
  const [label] = toPlanning;
  if (label?.type !== 'IssueLabeled') throw new Error('no label');
  ticket()
    .given(label, gaveUp('ReadStart'))
    .stage('blocked')
    .when(replayed('command', 'ReadStart'))
    .stage('checking')
    .then({ commands: [{ type: 'ReadStart', by: label.by, covers: 'event' }] });
});
