// What an agent's run remembers is offered to the next one of an agent, where that is worth anything.
import { expect, test } from 'vitest';
import type { FailureClass, RunnerOutcome } from '../../../../src/facts/run.ts';
import {
  allowed,
  digest,
  dispatched,
  finished,
  inspected,
  layersFailed,
  run,
  sha,
  toImplementing,
} from '../builders.ts';
import { ticket } from '../lifecycle.ts';

const kept = { artifact: digest('conversation'), id: 'session-1', version: '1.0.0' };
const failed = (failure: FailureClass): RunnerOutcome => ({ kind: 'failed', class: failure, why: 'no' });

const offeredAfter = (outcome: RunnerOutcome, conversation?: typeof kept) =>
  ticket()
    .given(...toImplementing, finished(2, 'implement', { outcome, ...(conversation && { conversation }) }))
    .given(...allowed({ name: 'retry' }))
    .command('DispatchRun');

test.each<FailureClass>(['infrastructure', 'throttled', 'quota_exhausted', 'auth'])('%s: it goes on', (failure) => {
  expect(offeredAfter(failed(failure), kept)).toMatchObject({
    run: run(3),
    pull: 31,
    head: sha('plan one'),
    conversation: { run: run(2), kept },
  });
});

test.each<FailureClass>(['agent_refused', 'agent_failed', 'policy_blocked', 'bug'])('%s: it begins anew', (failure) => {
  expect(offeredAfter(failed(failure), kept)).not.toHaveProperty('conversation');
});

test('a run that left nothing takes away what an earlier one left', () => {
  expect(offeredAfter(failed('infrastructure'))).not.toHaveProperty('conversation');
});

test('after a verification that failed the agent goes on; the verification itself is told of no conversation', () => {
  const spec = ticket().given(...toImplementing, finished(2, 'implement', { conversation: kept }), inspected(2));
  expect(spec.command('DispatchRun')).not.toHaveProperty('conversation');
  spec.given(dispatched(3, 'verify', sha('plan one')), finished(3, 'verify', { layers: layersFailed }));
  spec.given(...allowed({ name: 'retry' }));
  expect(spec.command('DispatchRun')).toMatchObject({ stage: 'implement', conversation: { run: run(2), kept } });
});
