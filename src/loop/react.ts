// Fold what is pending in one stream, decide, and commit facts, state and work together.
import { isDeepStrictEqual } from 'node:util';
import type { Context, Decision, Lifecycle } from '../decide/contract.ts';
import type { Target } from '../decide/target.ts';
import { type Fact, parseFact } from '../facts/fact.ts';
import type { Repository } from '../facts/repository.ts';
import { parseStream, type StreamId } from '../facts/stream.ts';
import { upcast } from '../facts/upcast.ts';
import { append } from '../journal/append.ts';
import { bury, closeOfStream } from '../journal/dead-letter.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import { contextOf, lock, mostFacts, type Pending, record, save, settle } from '../journal/stream.ts';
import type { Db, Tx } from '../journal/tables.ts';
import { lifecycles } from './lifecycles.ts';

/**
 * Seconds before a change is written: what changes several times in a row is written once. People wait for what they
 * typed to be answered, and programs for a check that is final; nobody reads a comment that fast.
 */
const pauses: Record<Target['kind'], number> = { sticky: 3, check: 2, notice: 1, reply: 0, reaction: 0, label: 0 };

/** After these a slot may be free, or somebody may no longer stand before the next. */
const freeing: readonly Fact['type'][] = [
  'RunFinished',
  'RunLost',
  'RunStopped',
  'RunCancelRequested',
  'DispatchDeferred',
  'DispatchRefused',
  'GaveUp',
  'IssueClosed',
];

/** `most`: facts that are folded at once. */
export type ReactOptions = { refused?: Refused; folded?: Folded; most?: number };

/** A fact that cannot be decided on: the same would happen again. Its cause is what was thrown. */
export class Poison extends Error {
  readonly fact: Pick<Pending, 'id' | 'key' | 'type'>;
  constructor({ id, key, type }: Pending, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'Poison';
    this.fact = { id, key, type };
  }
}

/** Returns how many facts were folded; 0 where another job was faster. */
export async function react(
  db: Db,
  enqueue: Enqueue,
  stream: StreamId,
  { refused = () => {}, folded = () => {}, most = mostFacts }: ReactOptions = {},
): Promise<number> {
  const about = parseStream(stream);
  if (!about) return 0;
  const facts = await db
    .transaction()
    .execute((tx) =>
      about.kind === 'ticket'
        ? fold({ tx, enqueue, stream, refused, most }, lifecycles.ticket)
        : fold({ tx, enqueue, stream, refused, most }, lifecycles.pull),
    );
  for (const { fact, delivery } of facts) folded(fact, delivery);
  return facts.length;
}

/** Hears of each fact that arrived, once it has its place: after the commit, so a crash in between leaves it unheard. */
type Folded = (fact: Fact, delivery: string | undefined) => void;

/** Hears of a decision that was illegal and was replaced by a safe one: we are wrong. */
type Refused = (why: string) => void;
type Folding = { tx: Tx; enqueue: Enqueue; stream: StreamId; refused: Refused; most: number };

async function fold<State, F extends Fact>(
  { tx, enqueue, stream, refused, most }: Folding,
  lifecycle: Lifecycle<State, F>,
): Promise<{ fact: Fact; delivery: string | undefined }[]> {
  const locked = await lock(tx, stream, lifecycle, most);
  if (!locked || locked.pending.length === 0) return [];
  const folded: { fact: Fact; delivery: string | undefined }[] = [];
  let told: string | undefined;
  let { seq, state } = locked;
  let wake: Parameters<typeof save>[2]['wake'];
  let context = contextOf(stream, new Date(0));
  const before = lifecycle.desired(state, context);
  for (const pending of locked.pending) {
    context = contextOf(stream, pending.at);
    await settle(tx, pending.id, ++seq);
    const cause = seq;
    const step = stepOf(lifecycle, state, pending, context);
    state = step.state;
    const { delivery } = pending;
    folded.push({ fact: step.fact, delivery });
    told = delivery ?? told;
    for (const decided of step.decision.facts ?? []) await record(tx, stream, ++seq, decided, pending);
    await handOut({ tx, enqueue, stream, cause, repository: locked.repository, delivery }, step.decision);
    if (freeing.includes(step.fact.type))
      await enqueue(tx, 'offer', step.fact.type === 'IssueClosed' ? { closed: stream } : {});
    if (step.decision.refused !== undefined) refused(step.decision.refused);
    if (step.decision.wakeAt !== undefined) wake = { at: step.decision.wakeAt, delivery };
  }
  await save(tx, stream, { seq, version: lifecycle.version, state, ...lifecycle.index(state), wake });
  for (const { id, kind } of changed(before, desiredAfter(lifecycle, state, context, locked.pending))) {
    const job = { stream, target: id, ...(told !== undefined && { delivery: told }) };
    await enqueue(tx, 'converge', job, { after: pauses[kind], group: String(locked.repository.id) });
  }
  return folded;
}

/** The pure half, apart from the database's: what is thrown here is thrown each time. */
function stepOf<State, F extends Fact>(
  lifecycle: Lifecycle<State, F>,
  before: State,
  pending: Pending,
  context: Context,
): { fact: F; decision: Decision<F>; state: State } {
  try {
    const fact = lifecycle.fact.parse(upcast({ ...pending, stream: context.stream }));
    const decision = lifecycle.decide(before, fact, context);
    const facts = [fact, ...(decision.facts ?? [])];
    const state = facts.reduce((now, one) => lifecycle.evolve(now, one, context), before);
    for (const decided of decision.facts ?? []) parseFact(context.stream, decided);
    for (const { stream, fact: told } of decision.tell ?? []) parseFact(stream, told);
    return { fact, decision, state };
  } catch (error) {
    throw new Poison(pending, error);
  }
}

/** Of facts that were folded together the last one is named. */
function desiredAfter<State, F extends Fact>(
  lifecycle: Lifecycle<State, F>,
  state: State,
  context: Context,
  pending: readonly Pending[],
): readonly Target[] {
  try {
    return lifecycle.desired(state, context);
  } catch (error) {
    const last = pending.at(-1);
    throw last ? new Poison(last, error) : error;
  }
}

type Cause = {
  tx: Tx;
  enqueue: Enqueue;
  stream: StreamId;
  /** The place of the fact that was decided on. */
  cause: number;
  repository: Repository;
  delivery: string | undefined;
};

async function handOut<F>(
  { tx, enqueue, stream, cause, repository, delivery }: Cause,
  decision: Decision<F>,
): Promise<void> {
  for (const [n, command] of (decision.commands ?? []).entries()) {
    const job = { stream, key: `${stream}#${cause}/${n}`, command, ...(delivery !== undefined && { delivery }) };
    await enqueue(tx, 'perform', job, { group: String(repository.id) });
  }
  for (const { class: failure, why, ...run } of decision.givenUp ?? []) {
    await bury(tx, { work: { kind: 'run', stream, ...run }, class: failure, why });
  }
  if (decision.takenUp) await closeOfStream(tx, stream, 'the ticket');
  for (const [n, told] of (decision.tell ?? []).entries()) {
    await append(tx, enqueue, {
      stream: told.stream,
      repository,
      key: `${stream}#${cause}/tell/${n}`,
      fact: told.fact,
      delivery,
    });
  }
}

/** Targets that are new or look different; one that is no longer desired keeps what was written last. */
function changed(before: readonly Target[], after: readonly Target[]): Target[] {
  const was = new Map(before.map((target) => [target.id, target]));
  return after.filter((target) => !isDeepStrictEqual(was.get(target.id), target));
}
