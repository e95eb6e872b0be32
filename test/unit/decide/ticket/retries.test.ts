// SF-017: what fails and passes by itself is tried again after a pause, a counted number of times; a person may step in.
import { expect, test } from 'vitest';
import { message } from '../../../../src/facts/message.ts';
import { FailureClass } from '../../../../src/facts/run.ts';
import type { TicketFact } from '../../../../src/facts/ticket.ts';
import { say } from '../../../../src/render/messages.ts';
import {
  allowed,
  ann,
  baseMoved,
  dispatched,
  ended,
  gaveUp,
  lost,
  plan as planOf,
  planRead,
  run,
  sha,
  startRead,
  toImplementing,
  toPlanning,
  toPublishing,
  toPublishingPlan,
  toVerifying,
  unlabelled,
} from '../builders.ts';
import { pullId, ticket } from '../lifecycle.ts';

const woken: TicketFact = { type: 'Woken' };
const longest = 3_600;
const failedWith = (n: number, failure: FailureClass) =>
  ended(n, 'implement', { kind: 'failed', class: failure, why: 'the wire was cut' });

/** As often as it is lost, it is started again. */
const lostAndWoken = (from: number, times: number) => {
  const spec = ticket().given(...toImplementing);
  for (let n = from; n < from + times; n++) {
    spec.when(lost(n)).stage('retrying', { resume: 'implement', n: n - from + 1, of: 3 });
    spec
      .after(longest)
      .when(woken)
      .stage('implementing', { run: run(n + 1) })
      .then({ commands: [{ type: 'DispatchRun', run: run(n + 1) }] });
    spec.given(dispatched(n + 1, 'implement', planOf().commit));
  }
  return spec;
};

test.each(FailureClass.options)('%s: tried again where the table says so, else a person is asked', (failure) => {
  const spec = ticket()
    .given(...toImplementing)
    .when(failedWith(2, failure));
  if (failure === 'infrastructure' || failure === 'throttled')
    spec.stage('retrying', { why: 'the wire was cut', resume: 'implement', n: 1 });
  else spec.blocked('run-failed', 'implement');
});

test('the pause has its hour, is shown, and the pull request hears of it', () => {
  const spec = ticket()
    .given(...toImplementing)
    .when(lost(2));
  const { stage } = spec.state;
  if (stage.name !== 'retrying') throw new Error(stage.name);
  spec.then({
    wakeAt: new Date(stage.at),
    tell: [
      {
        stream: pullId,
        fact: {
          type: 'TicketReported',
          report: { stage: 'retrying', next: { id: 'next-retrying', data: { n: '1', of: '3' } } },
        },
      },
    ],
  });
  const said = say(message('next-retrying', { why: 'gone', at: '2026-01-01 00:01 UTC', n: '1', of: '3' }));
  expect(said).toContain('because: gone');
  expect(said).toContain('try 1 of 3');
});

test('before there is a pull request, the notice on the issue says it', () => {
  const spec = ticket()
    .given(...toPlanning)
    .when(lost(1))
    .stage('retrying', { resume: 'plan' });
  expect(spec.seen('notice/12')).toMatchObject({ view: { kind: 'message', message: { id: 'next-retrying' } } });
});

test('a wake-up of an earlier stage does not end the pause, nor take its hour away', () => {
  const spec = ticket()
    .given(...toImplementing, lost(2))
    .when(woken)
    .nothing()
    .stage('retrying');
  expect(spec.stream.last.wakeAt).toBeUndefined();
  spec.after(longest).when(woken).stage('implementing').then({ wakeAt: null });
});

test('when its tries are used up it stops, says so, and lies among the dead letters', () => {
  const spec = lostAndWoken(2, 3).when(lost(5)).blocked('run-failed', 'implement');
  expect(spec.stream.last.givenUp).toEqual([{ run: run(5), class: 'infrastructure', why: 'gone', workflowRun: 105 }]);
  expect(spec.stream.last.wakeAt).toBeUndefined();
  if (spec.state.stage.name === 'blocked') expect(say(spec.state.stage.why)).toContain('tried again 3 times');
});

test('what a person takes up is counted anew, and closes the dead letters', () => {
  const spec = lostAndWoken(2, 3).given(lost(5), ...allowed({ name: 'retry' }));
  expect(spec.stream.last.takenUp).toBe(true);
  spec
    .given(dispatched(6, 'implement', planOf().commit))
    .when(lost(6))
    .stage('retrying', { n: 1 });
});

test('tries of one stage are not those of another', () => {
  ticket()
    .given(...toPlanning, lost(1))
    .after(longest)
    .given(woken)
    .stage('planning', { run: run(2) });
  ticket()
    .given(...toVerifying, lost(3))
    .stage('retrying', { resume: 'verify', n: 1 });
});

test('/retry does not wait, /cancel ends it, the label taken off ends it', () => {
  const waiting = () => ticket().given(...toImplementing, lost(2));
  waiting()
    .given(...allowed({ name: 'retry' }))
    .stage('implementing', { run: run(3) })
    .then({ wakeAt: null, commands: [{ type: 'DispatchRun' }] });
  waiting()
    .given(...allowed({ name: 'cancel' }))
    .stage('canceled')
    .then({ wakeAt: null });
  waiting().given(unlabelled(ann, 90)).stage('canceled').then({ wakeAt: null });
});

test('/hold stops the pause and /unhold goes on at once', () => {
  const spec = ticket()
    .given(...toImplementing, lost(2), ...allowed({ name: 'hold' }))
    .blocked('held', 'implement')
    .then({ wakeAt: null });
  spec.after(longest).when(woken).nothing().blocked('held', 'implement');
  spec.given(...allowed({ name: 'unhold' })).stage('implementing', { run: run(3) });
});

test('an approval that falls during the pause ends it, and nothing starts without one', () => {
  const spec = ticket()
    .given(...toImplementing, lost(2), baseMoved())
    .when(planRead(planOf().commit, { plan: planOf('one', { baseDigest: 'f'.repeat(64) }), approvalHolds: false }))
    .stage('awaiting_approval')
    .then({ wakeAt: null });
  spec.after(longest).when(woken).nothing();
});

test('a new edit of the issue during the pause before a plan is planned for', () => {
  ticket()
    .given(...toPlanning, lost(1), startRead())
    .after(longest)
    .when(woken)
    .stage('planning', { run: run(2) });
});

test('waiting for a slot and waiting for the pause keep apart', () => {
  const spec = lostAndWoken(2, 1);
  const again = ticket().given(...toImplementing, lost(2));
  again.after(longest).when(woken).stage('implementing');
  again.when({ type: 'DispatchDeferred', stage: 'implement', why: message('dispatch-deferred-all_busy') });
  expect(again.stream.last.wakeAt).toBeInstanceOf(Date);
  again
    .after(30)
    .when(woken)
    .then({ commands: [{ type: 'DispatchRun', run: run(3) }], wakeAt: null });
  expect(spec.state.stage.name).toBe('implementing');
});

const gaveUpAs = (command: string, failure: FailureClass) => ({ ...gaveUp(command), class: failure });

test('a step that GitHub did not answer is taken up again where that repeats nothing that was paid for', () => {
  ticket()
    .given(...toPlanning.slice(0, 2))
    .when(gaveUpAs('DispatchRun', 'infrastructure'))
    .stage('retrying', { resume: 'plan' })
    .then({ commands: [{ type: 'CancelRun', run: run(1) }] })
    .after(longest)
    .when(woken)
    .stage('planning', { run: run(2) });
  ticket()
    .given(...toPublishing)
    .when(gaveUpAs('PushTree', 'infrastructure'))
    .stage('retrying', { resume: 'publish' })
    .after(longest)
    .when(woken)
    .stage('publishing')
    .then({ commands: [{ type: 'PushTree', tree: sha('tree 2') }] });
  ticket()
    .given(...toPublishingPlan)
    .when(gaveUpAs('InspectBundle', 'infrastructure'))
    .stage('retrying', { resume: 'publish_plan' });
  ticket()
    .given(...toPublishing)
    .when(gaveUpAs('PushTree', 'bug'))
    .blocked('gave-up', 'publish');
  ticket()
    .given(...toPublishing)
    .when(gaveUp('PushTree'))
    .blocked('gave-up', 'publish');
});
