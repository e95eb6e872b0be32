// Over every order of events: no phase begins before the one before it was verified and is on the branch, and none is made twice.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CommandOf } from '../../../src/decide/command.ts';
import type { LayerResult } from '../../../src/facts/run.ts';
import type { TicketFact, TicketFactOf } from '../../../src/facts/ticket.ts';
import { TwoStreams } from './two-streams.ts';

const phases = ['one', 'two', 'three'].map((title) => ({ title, tasks: 1 }));

/** Work goes on more often than people interfere, or no second phase is ever reached. */
type Step = readonly [kind: number, n: number, m: number];
const steps = fc.array(fc.tuple(fc.nat(11), fc.nat(100), fc.nat(100)), { minLength: 60, maxLength: 200 });

class Watched {
  readonly world = new TwoStreams(undefined, phases);
  readonly started: CommandOf<'DispatchRun'>[] = [];
  #seen = 0;

  take([kind, n, m]: Step): void {
    if (kind <= 4) this.world.answer(n, false);
    else if (kind <= 7) this.world.deliver(n);
    else if (kind <= 9) this.world.end(m % 12);
    else if (kind === 10) this.world.happen([3, 5, 5, 16, 22, 7, 8][n % 7] ?? 3, m);
    else this.world.happen(n, m);
    this.#look();
  }

  /** What was asked for since, held against the journal as it was then. */
  #look(): void {
    const { journal } = this.world.ticket;
    for (const fact of journal.slice(this.#seen)) if (fact.type === 'PhaseCompleted') this.#verified(fact);
    this.#seen = journal.length;
    for (const { command } of this.world.asked)
      if (command.type === 'DispatchRun' && command.stage === 'implement' && !this.#knows(command))
        this.#start(command);
  }

  #knows = ({ run }: { run: string }): boolean => this.started.some((one) => one.run === run);

  #start(command: CommandOf<'DispatchRun'>): void {
    const { phase, start, signal } = command;
    this.started.push(command);
    // Once all phases are there, a repair is about the whole plan.
    if (!phase) return;
    const before = this.#completed(this.world.ticket.state.approval?.planDigest).map((one) => one.phase.n);
    const wanted = Array.from({ length: phase.n - 1 }, (_, index) => index + 1);
    expect(
      [...new Set(before)].filter((n) => n < phase.n),
      'the phases before it are verified and pushed',
    ).toEqual(wanted);
    const same = this.started.filter((one) => one.phase?.n === phase.n && one.start === start && one !== command);
    expect(
      same.map((one) => one.signal?.key),
      'nothing new, no new run',
    ).not.toContain(signal?.key);
  }

  #completed = (digest: string | undefined): TicketFactOf<'PhaseCompleted'>[] =>
    this.world.ticket.journal.filter(
      (fact): fact is TicketFactOf<'PhaseCompleted'> => fact.type === 'PhaseCompleted' && fact.plan === digest,
    );

  #verified({ run, sha, phase, plan }: TicketFactOf<'PhaseCompleted'>): void {
    const { journal } = this.world.ticket;
    const verdict = journal.find((fact) => fact.type === 'RunFinished' && fact.run === run);
    expect(passed(verdict), `phase ${phase.n} was verified`).toBe(true);
    const onBranch = journal.some(
      (fact) => (fact.type === 'TreePushed' || fact.type === 'HeadMoved') && fact.sha === sha,
    );
    expect(onBranch, `phase ${phase.n} is on the branch`).toBe(true);
    const twice = this.#completed(plan).filter((one) => one.phase.n === phase.n);
    expect(twice.length, `phase ${phase.n} is counted once`).toBe(1);
  }
}

const passed = (fact: TicketFact | undefined): boolean =>
  fact?.type === 'RunFinished' &&
  (fact.submission.layers ?? []).every(({ conclusion }: LayerResult) => ['success', 'skipped'].includes(conclusion));

test('phases are made in order, each after the one before is verified and pushed, and never twice', () => {
  const seen = { second: 0, third: 0, done: 0 };
  fc.assert(
    fc.property(steps, (walk) => {
      const watched = new Watched();
      const { world } = watched;
      world.happen(0, 0);
      world.settle();
      world.see('opened');
      world.settle();
      world.happen(3, 1);
      for (const step of walk) watched.take(step);
      const of = (n: number) => watched.started.some(({ phase }) => phase?.n === n);
      if (of(2)) seen.second += 1;
      if (of(3)) seen.third += 1;
      if (world.ticket.journal.some((fact) => fact.type === 'PhaseCompleted' && fact.phase.n === 3)) seen.done += 1;
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 120) },
  );
  // A property that never saw a second phase would hold of nothing.
  expect(seen.second).toBeGreaterThan(5);
  expect(seen.third).toBeGreaterThan(1);
}, 60_000);

test('undisturbed, three phases are three runs and a merge', () => {
  const world = new TwoStreams(undefined, phases);
  world.happen(0, 0);
  world.settle();
  world.see('opened');
  world.settle();
  world.happen(3, 1);
  world.settle();
  expect(world.ticket.state.stage.name).toBe('in_review');
  const lines = world.ticket.state.runs.map(({ stage, phase }) => `${stage}${phase ? ` ${phase.n}` : ''}`);
  expect(lines).toEqual(['plan', 'implement 1', 'verify 1', 'implement 2', 'verify 2', 'implement 3', 'verify 3']);
});
