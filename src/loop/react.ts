// Fold what is pending in one stream, decide, and commit facts, state and work together.
import { isDeepStrictEqual } from 'node:util';
import type { Decision, Lifecycle } from '../decide/contract.ts';
import type { Target } from '../decide/target.ts';
import type { Fact } from '../facts/fact.ts';
import type { Repository } from '../facts/repository.ts';
import { parseStream, type StreamId } from '../facts/stream.ts';
import { append } from '../journal/append.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import { contextOf, lock, record, save, settle } from '../journal/stream.ts';
import type { Db, Tx } from '../journal/tables.ts';
import { lifecycles } from './lifecycles.ts';

/**
 * Seconds before a change is written: what changes several times in a row is written once. People wait for what they
 * typed to be answered, and programs for a check that is final; nobody reads a comment that fast.
 */
const pauses: Record<Target['kind'], number> = { sticky: 3, check: 2, notice: 1, reply: 0, reaction: 0, label: 0 };

/** Returns how many facts were folded; 0 where another job was faster. `folded` hears the delivery of each, if it has one. */
export async function react(
  db: Db,
  enqueue: Enqueue,
  stream: StreamId,
  refused: Refused = () => {},
  folded: Folded = () => {},
): Promise<number> {
  const about = parseStream(stream);
  if (!about) return 0;
  return db
    .transaction()
    .execute((tx) =>
      about.kind === 'ticket'
        ? fold({ tx, enqueue, stream, refused, folded }, lifecycles.ticket)
        : fold({ tx, enqueue, stream, refused, folded }, lifecycles.pull),
    );
}

/** Hears of a decision that was illegal and was replaced by a safe one: we are wrong. */
type Refused = (why: string) => void;
type Folded = (delivery: string | undefined) => void;
type Folding = { tx: Tx; enqueue: Enqueue; stream: StreamId; refused: Refused; folded: Folded };

async function fold<State, F extends Fact>(
  { tx, enqueue, stream, refused, folded }: Folding,
  lifecycle: Lifecycle<State, F>,
): Promise<number> {
  const locked = await lock(tx, stream, lifecycle);
  if (!locked || locked.pending.length === 0) return 0;
  let { seq, state } = locked;
  let wakeAt: Date | null | undefined;
  let context = contextOf(stream, new Date(0));
  const before = lifecycle.desired(state, context);
  let told: string | undefined;
  for (const { id, fact, at, delivery } of locked.pending) {
    folded(delivery);
    told = delivery ?? told;
    context = contextOf(stream, at);
    await settle(tx, id, ++seq);
    const cause = seq;
    const decision = lifecycle.decide(state, fact, context);
    state = lifecycle.evolve(state, fact, context);
    for (const decided of decision.facts ?? []) {
      await record(tx, stream, ++seq, decided, delivery);
      state = lifecycle.evolve(state, decided, context);
    }
    await handOut({ tx, enqueue, stream, cause, repository: locked.repository, delivery }, decision);
    if (decision.refused !== undefined) refused(decision.refused);
    if (decision.wakeAt !== undefined) wakeAt = decision.wakeAt;
  }
  await save(tx, stream, { seq, version: lifecycle.version, state, ...lifecycle.index(state), wakeAt });
  for (const { id, kind } of changed(before, lifecycle.desired(state, context))) {
    const job = { stream, target: id, ...(told !== undefined && { delivery: told }) };
    await enqueue(tx, 'converge', job, { after: pauses[kind] });
  }
  return locked.pending.length;
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
    await enqueue(
      tx,
      'perform',
      { stream, key: `${stream}#${cause}/${n}`, command, ...(delivery !== undefined && { delivery }) },
      { group: String(repository.installation) },
    );
  }
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
