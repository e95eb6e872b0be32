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

/** After these a slot may be free, or somebody may no longer stand before the next. */
const freeing: readonly Fact['type'][] = [
  'RunFinished',
  'RunLost',
  'RunCancelRequested',
  'DispatchDeferred',
  'DispatchRefused',
  'GaveUp',
  'IssueClosed',
];

/** Returns how many facts were folded; 0 where another job was faster. */
export async function react(
  db: Db,
  enqueue: Enqueue,
  stream: StreamId,
  refused: Refused = () => {},
  folded: Folded = () => {},
): Promise<number> {
  const about = parseStream(stream);
  if (!about) return 0;
  const facts = await db
    .transaction()
    .execute((tx) =>
      about.kind === 'ticket'
        ? fold({ tx, enqueue, stream, refused }, lifecycles.ticket)
        : fold({ tx, enqueue, stream, refused }, lifecycles.pull),
    );
  for (const fact of facts) folded(fact);
  return facts.length;
}

/** Hears of each fact that arrived, once it has its place: after the commit, so a crash in between leaves it unheard. */
type Folded = (fact: Fact) => void;

/** Hears of a decision that was illegal and was replaced by a safe one: we are wrong. */
type Refused = (why: string) => void;
type Folding = { tx: Tx; enqueue: Enqueue; stream: StreamId; refused: Refused };

async function fold<State, F extends Fact>(
  { tx, enqueue, stream, refused }: Folding,
  lifecycle: Lifecycle<State, F>,
): Promise<Fact[]> {
  const locked = await lock(tx, stream, lifecycle);
  if (!locked || locked.pending.length === 0) return [];
  let { seq, state } = locked;
  let wakeAt: Date | null | undefined;
  let context = contextOf(stream, new Date(0));
  const before = lifecycle.desired(state, context);
  for (const { id, fact, at } of locked.pending) {
    context = contextOf(stream, at);
    await settle(tx, id, ++seq);
    const cause = seq;
    const decision = lifecycle.decide(state, fact, context);
    state = lifecycle.evolve(state, fact, context);
    for (const decided of decision.facts ?? []) {
      await record(tx, stream, ++seq, decided);
      state = lifecycle.evolve(state, decided, context);
    }
    await handOut(tx, enqueue, stream, cause, locked.repository, decision);
    if (freeing.includes(fact.type)) await enqueue(tx, 'offer', fact.type === 'IssueClosed' ? { closed: stream } : {});
    if (decision.refused !== undefined) refused(decision.refused);
    if (decision.wakeAt !== undefined) wakeAt = decision.wakeAt;
  }
  await save(tx, stream, { seq, version: lifecycle.version, state, ...lifecycle.index(state), wakeAt });
  for (const { id, kind } of changed(before, lifecycle.desired(state, context))) {
    await enqueue(tx, 'converge', { stream, target: id }, { after: pauses[kind], group: String(locked.repository.id) });
  }
  return locked.pending.map(({ fact }) => fact);
}

async function handOut<F>(
  tx: Tx,
  enqueue: Enqueue,
  stream: StreamId,
  cause: number,
  repository: Repository,
  decision: Decision<F>,
): Promise<void> {
  for (const [n, command] of (decision.commands ?? []).entries()) {
    await enqueue(tx, 'perform', { stream, key: `${stream}#${cause}/${n}`, command }, { group: String(repository.id) });
  }
  for (const [n, told] of (decision.tell ?? []).entries()) {
    await append(tx, enqueue, {
      stream: told.stream,
      repository,
      key: `${stream}#${cause}/tell/${n}`,
      fact: told.fact,
    });
  }
}

/** Targets that are new or look different; one that is no longer desired keeps what was written last. */
function changed(before: readonly Target[], after: readonly Target[]): Target[] {
  const was = new Map(before.map((target) => [target.id, target]));
  return after.filter((target) => !isDeepStrictEqual(was.get(target.id), target));
}
