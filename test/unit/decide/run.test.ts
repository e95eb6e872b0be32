// The run machine: no sequence of events leads out of its table, an end is final, and every outcome ends a run.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOf, liveStates, type RunEvent, runTransitions, statesBefore, stepRun } from '../../../src/decide/run.ts';
import { RunOutcome, RunState } from '../../../src/facts/run.ts';

const events: readonly RunEvent[] = ['claim', 'heartbeat', 'succeed', 'fail', 'time_out', 'cancel'];
const ends = ['succeeded', 'failed', 'timed_out', 'canceled'];

test('over every sequence of events it stays in its table, an end is final, and a refusal says why', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 30 }), (sequence) => {
      let state: RunState = 'queued';
      let claims = 0;
      for (const event of sequence) {
        const step = stepRun(state, event);
        if ('refused' in step) {
          expect(runTransitions[state][event]).toBeUndefined();
          expect(step.refused).toContain(state);
          continue;
        }
        expect(ends).not.toContain(state);
        expect(step.to).toBe(runTransitions[state][event]);
        if (event === 'claim') claims += 1;
        if (step.to === 'succeeded') expect(claims, 'only what was claimed succeeds').toBe(1);
        state = step.to;
        reached.add(state);
      }
      expect(claims, 'a run is claimed once').toBeLessThanOrEqual(1);
    }),
    { numRuns: 2_000 },
  );
  expect([...reached, 'queued'].sort()).toEqual([...RunState.options].sort());
});

test('what a write asks the database for is the table, read backwards', () => {
  for (const event of events)
    for (const state of RunState.options)
      expect(statesBefore(event).includes(state)).toBe('to' in stepRun(state, event));
  expect(liveStates).toEqual(['queued', 'claimed', 'running']);
});

test('each outcome has one end, from which nothing leads away', () => {
  for (const { shape } of RunOutcome.options) {
    const step = stepRun('running', endOf[shape.kind.value]);
    expect('to' in step && runTransitions[step.to]).toEqual({});
  }
});
