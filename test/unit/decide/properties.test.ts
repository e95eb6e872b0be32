// What must hold for every order of events: no merge without an approval, one run at a time, no state without an answer.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pullLifecycle } from '../../../src/decide/pull/pull.ts';
import { guard } from '../../../src/decide/ticket/guard.ts';
import { ticketLifecycle } from '../../../src/decide/ticket/ticket.ts';
import { illegalStep, mayEnter, transitions } from '../../../src/decide/ticket/transitions.ts';
import { message } from '../../../src/facts/message.ts';
import type { PullFact } from '../../../src/facts/pull.ts';
import { TicketStage } from '../../../src/facts/stage.ts';
import type { TicketFact } from '../../../src/facts/ticket.ts';
import { propertyRuns } from '../../property-runs.ts';
import * as build from './builders.ts';
import { issueNumber, pullNumber, repositoryId, ticket, ticketId, timeOf } from './lifecycle.ts';
import { TwoStreams } from './two-streams.ts';

type Step = readonly [kind: number, n: number, m: number];
const steps = fc.array(fc.tuple(fc.nat(9), fc.nat(100), fc.nat(100)), { minLength: 20, maxLength: 160 });

/** Work goes on more often than people interfere, or nothing ever gets far. */
function take(world: TwoStreams, [kind, n, m]: Step): void {
  if (kind <= 2) world.answer(n, false);
  else if (kind <= 5) world.deliver(n);
  else if (kind === 6) world.end(m);
  else if (kind === 7) world.answer(n, m % 3 === 0);
  else world.happen(n, m);
}

/** From the label to the review, with a choice of what people do in between. */
function upTo(world: TwoStreams, stage: number): void {
  world.happen(0, 0);
  world.settle();
  if (stage === 0) return;
  world.see('opened');
  world.settle();
  world.happen(3, 1);
  world.settle();
  if (stage === 1) return;
  world.see('looked');
  world.happen(15, 1);
}

/** What people do that bears on a merge: approve, push, edit the plan, move the base, review, retarget, retry. */
const nearTheMerge = [3, 5, 12, 13, 14, 15, 15, 16, 17, 22];
function takeNear(world: TwoStreams, [kind, n, m]: Step): void {
  if (kind <= 3) world.answer(n, false);
  else if (kind <= 5) world.deliver(n);
  else if (kind === 6) world.end(m % 4);
  else world.happen(nearTheMerge[n % nearTheMerge.length] ?? 3, m);
}

/** What people do that bears on the start: label, unlabel, edit, approve, retry, hold, unhold, change a comment. */
const nearTheStart = [0, 1, 2, 3, 3, 3, 5, 7, 8, 8, 21];
function takeNearTheStart(world: TwoStreams, [kind, n, m]: Step): void {
  if (kind <= 4) world.answer(n, false);
  else if (kind === 5) world.end(m);
  else world.happen(nearTheStart[n % nearTheStart.length] ?? 3, m);
}

const runs = propertyRuns(80, 2_000);
const patience = propertyRuns(180_000, 900_000);

describe('over every sequence of events', () => {
  test(
    'nothing merges without an approval that stands, one run lives at a time, and every step is legal',
    () => {
      let merges = 0;
      fc.assert(
        fc.property(fc.nat(2), steps, (stage, walk) => {
          const world = new TwoStreams();
          upTo(world, stage);
          for (const step of walk) take(world, step);
          merges += world.merges.length;
        }),
        { numRuns: runs },
      );
      // A property that never saw a merge would hold of nothing.
      expect(merges).toBeGreaterThan(runs / 20);
    },
    patience,
  );

  test(
    'nor is a plan made whose start nobody approved, where the policy asks for that',
    () => {
      const policy = build.policyWith({ gates: { expireDays: 1, rules: [{ stage: 'start' }] } });
      let plans = 0;
      fc.assert(
        fc.property(steps, (walk) => {
          const world = new TwoStreams(policy);
          world.happen(0, 0);
          world.settle();
          for (const step of walk) takeNearTheStart(world, step);
          plans += world.plans;
        }),
        { numRuns: runs },
      );
      expect(plans).toBeGreaterThan(runs / 5);
    },
    patience,
  );

  test(
    'nor near the merge, where it is most tempting',
    () => {
      const seen = { merges: 0, revoked: 0, superseded: 0 };
      fc.assert(
        fc.property(fc.nat(1), steps, (stage, walk) => {
          const world = new TwoStreams();
          upTo(world, 1);
          if (stage === 1) world.see('looked');
          for (const step of walk) takeNear(world, step);
          seen.merges += world.merges.length;
          const types = world.ticket.journal.map(({ type }) => type);
          if (types.includes('ApprovalRevoked')) seen.revoked += 1;
          if (types.filter((type) => type === 'PlanApproved').length > 1) seen.superseded += 1;
        }),
        { numRuns: runs * 2 },
      );
      expect(seen.merges).toBeGreaterThan(runs / 10);
      expect(seen.revoked).toBeGreaterThan(runs / 4);
      // Rare: 3 to 12 in 160 walks.
      expect(seen.superseded).toBeGreaterThan(0);
    },
    patience,
  );

  test('the state does not grow without end', () => {
    const world = new TwoStreams();
    upTo(world, 1);
    const sizes: number[] = [];
    for (let n = 0; n < 1_200; n++) {
      take(world, [(n * 7) % 10, n * 13, n * 31]);
      if (n % 400 === 399)
        sizes.push(JSON.stringify(world.ticket.state).length + JSON.stringify(world.pull.state).length);
    }
    expect(Math.max(...sizes)).toBeLessThan(60_000);
  });
});

const startAsk = build.approve();
const startConsent: readonly TicketFact[] = [startAsk, build.startApprovalRead(startAsk)];

const ticketFacts: readonly TicketFact[] = [
  ...build.toReview,
  build.unlabelled(),
  build.edited(build.olga, 'sly'),
  build.headMoved(build.sha('theirs')),
  build.baseMoved(),
  build.planRead(build.sha('theirs')),
  build.merged(),
  build.closed(),
  build.lost(2),
  build.refusedBundle(2),
  build.gaveUp('ReadPlan'),
  build.labelled(build.pat, 'first', 50, 'ai-hold'),
  build.unlabelled(build.pat, 51, 'ai-hold'),
  ...build.allowed({ name: 'hold' }),
  ...build.allowed({ name: 'unhold' }),
  ...build.allowed({ name: 'retry' }),
  ...build.allowed({ name: 'cancel' }),
  build.startRead({ policy: build.policyWith({ gates: { rules: [{ stage: 'start' }] } }) }),
  ...startConsent,
  { type: 'Woken' },
  { type: 'PullRetargeted', base: 'release' },
  { type: 'PushWaits', run: build.run(3), workflows: ['ci.yml'] },
  { type: 'DispatchDeferred', stage: 'plan', why: message('x') },
  { type: 'DispatchRefused', stage: 'plan', why: message('x') },
  { type: 'RunClaimed', run: build.run(1), workflowRun: 1 },
  { type: 'RunCancelRequested', run: build.run(1) },
  { type: 'StandstillChanged', standstill: build.standstill() },
  { type: 'StandstillChanged' },
  { type: 'RunStopped', run: build.run(1), by: 'ops', why: 'an incident' },
  { type: 'RunStopped', run: build.run(2), by: 'ops', why: 'an incident' },
  { type: 'TicketStopped', by: 'ops', why: 'an incident' },
  { type: 'IssueReopened', by: build.pat, at: build.at(1) },
  { type: 'IssueClosed', by: build.pat, at: build.at(1) },
  { type: 'CommentChanged', comment: 1, how: 'edited', by: build.pat },
  { type: 'MembersChanged', login: 'ann' },
  { type: 'HoldRestored', by: build.pat },
  { type: 'ApprovalRevoked', why: message('x') },
];
const pullFacts: readonly PullFact[] = [
  build.observed('opened'),
  build.observed('synchronize', build.atHead(build.work), build.pat),
  build.observed('closed', { state: 'closed', updatedAt: build.at(60) }),
  build.gathered(build.plan().commit),
  build.gathered(build.work),
  build.review(),
  build.gaveUp('GatherPull'),
  build.gaveUp('MergePull'),
  { type: 'Woken' },
  { type: 'PullMerged', sha: build.sha('m'), head: build.work },
  { type: 'MergeRefused', head: build.work, why: message('x'), again: true },
  { type: 'PullReadied', done: false },
  { type: 'ReviewAsked', of: [] },
  { type: 'StepTaken', step: 'merge', head: build.work },
  { type: 'GateDecided', head: build.work, open: true },
  { type: 'CheckRerequested', name: 'harness/gate', sha: build.work, by: build.ann },
  build.command({ name: 'retry' }),
  { type: 'MembersChanged', login: 'ann' },
];

describe('evolve and decide are total', () => {
  const context = { repositoryId, now: timeOf(1) };
  test('of a ticket: every fact in every state that any order of facts leads to', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ticketFacts), { maxLength: 40 }), (facts) => {
        const here = { ...context, stream: ticketId, number: issueNumber };
        let state = ticketLifecycle.initial;
        for (const fact of facts) {
          const decision = ticketLifecycle.decide(state, fact, here);
          expect(decision.refused).toBeUndefined();
          for (const one of [fact, ...(decision.facts ?? [])]) state = ticketLifecycle.evolve(state, one, here);
          ticketLifecycle.desired(state, here);
          ticketLifecycle.index(state);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('of a pull request', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pullFacts), { maxLength: 40 }), (facts) => {
        const here = { ...context, stream: `pull:${repositoryId}#${pullNumber}`, number: pullNumber } as const;
        let state = pullLifecycle.initial;
        for (const fact of facts) {
          const decision = pullLifecycle.decide(state, fact, here);
          for (const one of [fact, ...(decision.facts ?? [])]) state = pullLifecycle.evolve(state, one, here);
          pullLifecycle.desired(state, here);
          pullLifecycle.index(state);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the happy path', () => {
  /** What comes of a merge: webhooks within a second or two, the effect's own answer, and work in between, in any order. */
  const ends: readonly ((world: TwoStreams, outcome: PullFact) => unknown)[] = [
    (world) => world.see('closed'),
    (world, outcome) => world.pull.journal.some(({ type }) => type === 'PullMerged') || world.toPull(outcome),
    (world) => world.toTicket({ type: 'IssueClosed', by: build.gantry, at: build.at(900) }),
    (world) => world.toTicket({ type: 'BaseMoved', ref: 'main', sha: build.sha('merge') }),
    (world) => world.toPull({ type: 'BaseMoved', ref: 'main', sha: build.sha('merge') }),
    (world) => world.toTicket(build.lost(1)),
    (world) => world.toTicket(build.lost(3)),
    (world) => world.see('looked'),
    (world) => world.deliver(0),
    (world) => world.answer(0, false),
  ];
  const finish = (order: readonly number[]) => {
    const world = new TwoStreams();
    upTo(world, 2);
    world.settle('MergePull');
    const outcome = world.merge();
    for (const n of order) ends[n]?.(world, outcome);
    ends[1]?.(world, outcome);
    ends[0]?.(world, outcome);
    world.settle();
    const { ticket: of, pull } = world;
    const seen = [...of.desired(), ...pull.desired()].filter(({ kind }) => kind !== 'reply' && kind !== 'reaction');
    return { world, seen, stage: of.state.stage, approval: of.state.approval, revoked: of.state.revoked };
  };

  test('merges', () => {
    const { world, stage, approval } = finish([]);
    expect(world.merges).toHaveLength(1);
    expect(stage).toEqual({ name: 'merged', sha: build.sha('merge') });
    expect(approval).toBeDefined();
  });

  test(
    'ends the same however its webhooks are ordered and repeated',
    () => {
      // Comments are numbered over all worlds. Where the plan was read last, and against which base, nobody is shown; what the
      // approval is bound to is shown, and compared.
      const strip = ({ world: _, ...end }: ReturnType<typeof finish>) =>
        JSON.stringify(end, (key, value) => {
          if (key === 'comment' || key === 'at') return undefined;
          return key === 'plan' && value ? { ...value, commit: undefined, baseDigest: undefined } : value;
        });
      const clean = strip(finish([]));
      let raced = 0;
      fc.assert(
        fc.property(fc.array(fc.nat(ends.length - 1), { maxLength: 24 }), (order) => {
          const end = finish(order);
          if (end.world.ticket.journal.some(({ type }) => type === 'ApprovalRevoked')) raced += 1;
          expect(strip(end)).toBe(clean);
        }),
        { numRuns: 100 },
      );
      // The base's move must have been told before the merge in some of them, or nothing was reordered.
      expect(raced).toBeGreaterThan(0);
    },
    patience,
  );
});

describe('the table of transitions', () => {
  const names = TicketStage.options.map(({ shape }) => shape.name.value);

  test('knows every stage, ends at the merge, and can always be merged or leave', () => {
    expect(Object.keys(transitions).sort()).toEqual([...names].sort());
    expect(Object.keys(transitions.merged)).toEqual([]);
    for (const name of names) if (name !== 'merged') expect(mayEnter(name, 'merged')).toBe(true);
  });

  test('an illegal step is named, and nothing of its decision is done', () => {
    expect(illegalStep('idle', ['checking', 'planning'])).toBeUndefined();
    expect(illegalStep('idle', ['checking', 'in_review'])).toEqual({ from: 'checking', to: 'in_review' });
    const { state } = ticket().given(...build.toImplementing);
    const illegal = guard(state, { facts: [{ type: 'StageEntered', stage: { name: 'checking' } }] });
    expect(illegal).toMatchObject({
      refused: 'a ticket may not go from implementing to checking',
      facts: [{ type: 'StageEntered', stage: { name: 'blocked', why: { data: { class: 'bug' } } } }],
      commands: [{ type: 'CancelRun', run: build.run(2) }],
    });
    const over = ticket().given(...build.toReview, build.merged()).state;
    expect(guard(over, { facts: [{ type: 'StageEntered', stage: { name: 'checking' } }] })).toEqual({
      refused: 'a ticket may not go from merged to checking',
    });
  });
});
