// Given facts, when a fact, then what was decided: runs a lifecycle exactly as loop/react.ts does, without a database.
import { expect } from 'vitest';
import { Command, type CommandOf } from '../../../src/decide/command.ts';
import type { Context, Decision, Lifecycle, Told } from '../../../src/decide/contract.ts';
import { gateView } from '../../../src/decide/pull/desired.ts';
import { pullLifecycle } from '../../../src/decide/pull/pull.ts';
import type { PullState } from '../../../src/decide/pull/state.ts';
import type { Target } from '../../../src/decide/target.ts';
import type { TicketState } from '../../../src/decide/ticket/state.ts';
import { ticketLifecycle } from '../../../src/decide/ticket/ticket.ts';
import { transitions } from '../../../src/decide/ticket/transitions.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { parseFact } from '../../../src/facts/fact.ts';
import type { PullFact } from '../../../src/facts/pull.ts';
import type { StageName } from '../../../src/facts/stage.ts';
import { pullStream, type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import type { TicketFact } from '../../../src/facts/ticket.ts';

export const repositoryId = 7;
export const issueNumber = 12;
export const pullNumber = 31;
export const ticketId = ticketStream(repositoryId, issueNumber);
export const pullId = pullStream(repositoryId, pullNumber);

/** The database's time of the n-th fact: one second apart. */
export const timeOf = (n: number): Date => new Date(Date.parse('2026-01-01T00:00:00Z') + n * 1_000);

export type Expected = {
  /** Decided facts, each matched by the members that are named; the same for commands and tells. */
  facts?: readonly object[];
  commands?: readonly object[];
  tell?: readonly object[];
  wakeAt?: Date | null;
};

/** One stream with its journal. Every fact, command and state passes what the real loop would put it through. */
export class Stream<State, F extends Fact> {
  state: State;
  readonly journal: F[] = [];
  last: Required<Pick<Decision<F>, 'facts' | 'commands' | 'tell'>> &
    Pick<Decision<F>, 'wakeAt' | 'givenUp' | 'takenUp'> = {
    facts: [],
    commands: [],
    tell: [],
  };
  readonly #lifecycle: Lifecycle<State, F>;
  readonly id: StreamId;
  #count = 0;
  #waited = 0;

  constructor(lifecycle: Lifecycle<State, F>, id: StreamId) {
    this.#lifecycle = lifecycle;
    this.id = id;
    this.state = lifecycle.initial;
  }

  context(): Context {
    return {
      stream: this.id,
      number: this.id === ticketId ? issueNumber : pullNumber,
      repositoryId,
      now: timeOf(this.#count + this.#waited),
    };
  }

  /** Nothing happens for so many seconds. */
  wait(seconds: number): void {
    this.#waited += seconds;
  }

  react(fact: F): this {
    this.#count += 1;
    const context = this.context();
    const before = JSON.stringify(this.state);
    this.#lifecycle.fact.parse(fact);
    const decision = this.#lifecycle.decide(this.state, fact, context);
    expect(decision.refused, `${fact.type} led to an illegal step`).toBeUndefined();
    expect(JSON.stringify(this.state), 'decide changes nothing').toBe(before);
    this.#fold(fact, fact, context);
    for (const decided of decision.facts ?? []) this.#fold(decided, fact, context);
    for (const command of decision.commands ?? []) Command.parse(command);
    for (const told of decision.tell ?? []) parseFact(told.stream, told.fact);
    this.last = { facts: [], commands: [], tell: [], ...decision };
    return this;
  }

  /** A state is a row: it must come back from JSON as it went. */
  #fold(fact: F, cause: F, context: Context): void {
    this.#lifecycle.fact.parse(fact);
    if (fact.type === 'StageEntered' && 'stage' in fact) expectLegal(this.state, fact.stage.name, cause.type);
    this.journal.push(fact);
    this.state = JSON.parse(JSON.stringify(this.#lifecycle.evolve(this.state, fact, context)));
  }

  desired(): readonly Target[] {
    return this.#lifecycle.desired(this.state, this.context());
  }
}

function expectLegal(state: unknown, to: StageName, cause: Fact['type']): void {
  const from = (state as TicketState).stage.name;
  const causes: readonly string[] = transitions[from][to] ?? [];
  expect(causes, `${cause} from ${from} to ${to} is in the table`).toContain(cause);
}

export class Spec<State, F extends Fact> {
  readonly stream: Stream<State, F>;

  constructor(stream: Stream<State, F>) {
    this.stream = stream;
  }

  /** Facts before; what they lead to is folded too. */
  given(...facts: readonly F[]): this {
    for (const fact of facts) this.stream.react(fact);
    return this;
  }

  after(seconds: number): this {
    this.stream.wait(seconds);
    return this;
  }

  when(fact: F): this {
    this.stream.react(fact);
    return this;
  }

  // biome-ignore lint/suspicious/noThenProperty: given, when, then is how these specs speak; nobody awaits one.
  then({ facts, commands, tell, wakeAt }: Expected): this {
    const { last } = this.stream;
    if (facts) expect(last.facts).toMatchObject(facts);
    if (commands) expect(last.commands).toMatchObject(commands);
    if (tell) expect(last.tell).toMatchObject(tell);
    if (wakeAt !== undefined) expect(last.wakeAt).toEqual(wakeAt);
    return this;
  }

  nothing(): this {
    return this.then({ facts: [], commands: [] });
  }

  get state(): State {
    return this.stream.state;
  }

  /** What should be seen outside, by the target's id. */
  seen(id: string): Target | undefined {
    return this.stream.desired().find((target) => target.id === id);
  }

  command<Type extends Command['type']>(type: Type): CommandOf<Type> {
    const found = this.stream.last.commands.find((one): one is CommandOf<Type> => one.type === type);
    if (!found) throw new Error(`${type} was not asked for, but ${this.stream.last.commands.map((one) => one.type)}`);
    return found;
  }

  told<Type extends Fact['type']>(type: Type): Extract<Fact, { type: Type }>[] {
    return this.stream.last.tell.flatMap(({ fact }: Told) =>
      fact.type === type ? [fact as Extract<Fact, { type: Type }>] : [],
    );
  }
}

export class TicketSpec extends Spec<TicketState, TicketFact> {
  stage(name: StageName, more: object = {}): this {
    expect(this.state.stage).toMatchObject({ name, ...more });
    return this;
  }

  blocked(why: string, resume: string): this {
    return this.stage('blocked', { why: { id: why }, resume });
  }

  /** The newest answer to a comment. */
  answered(reaction: 'eyes' | 'rocket' | '-1', reply?: string): this {
    const receipt = this.state.receipts.at(-1);
    expect(receipt?.reaction).toBe(reaction);
    expect(receipt?.reply?.id).toBe(reply);
    return this;
  }
}

export class PullSpec extends Spec<PullState, PullFact> {
  /** The gate as it is; what lasts a moment only is not written. */
  gate(title: string, status: string): this {
    const gate = gateView(this.state);
    expect({ title: gate.title.id, status: gate.status }).toEqual({ title, status });
    const sha = this.state.header?.head.sha ?? '';
    const shown = this.seen(`check/${sha}/harness/gate`);
    if (shown?.kind === 'check') expect(shown.view.title).toEqual(gate.title);
    return this;
  }
}

export const ticket = (): TicketSpec => new TicketSpec(new Stream(ticketLifecycle, ticketId));
export const pull = (): PullSpec => new PullSpec(new Stream(pullLifecycle, pullId));
