// Who is next: the order of the backlog and the caps, as a pure function.
import type { StreamId } from '../facts/stream.ts';

export type Waiting = {
  key: string;
  ticket: StreamId;
  repo: number;
  /** 0 is served first; then whoever waits longest (`since`, milliseconds), then the key. */
  priority: number;
  since: number;
  /** Runs of its repository at the same time. */
  cap: number;
  blocked: boolean;
  /** It was offered a slot and does not answer: it may still claim one, but nobody waits for it. */
  silent: boolean;
  /** Put off until later by something else than the order. */
  later: boolean;
};

export type Live = { ticket: string; repo: number };

export const inOrder = (a: Waiting, b: Waiting): number =>
  a.priority - b.priority || a.since - b.since || (a.key < b.key ? -1 : Number(a.key > b.key));

/**
 * Those who have a slot now, in order. A full repository is passed over, so that it holds up nobody else; a ticket has one
 * run at a time. `asking` is there and counts, silent or not.
 */
export function pickReady(
  waiting: readonly Waiting[],
  live: readonly Live[],
  total: number,
  asking?: string,
): Waiting[] {
  const busy = new Set(live.map(({ ticket }) => ticket));
  const used = new Map<number, number>();
  for (const { repo } of live) used.set(repo, (used.get(repo) ?? 0) + 1);
  const picked: Waiting[] = [];
  for (const one of [...waiting].sort(inOrder)) {
    if (live.length + picked.length >= total) break;
    const here = used.get(one.repo) ?? 0;
    const away = one.key !== asking && (one.silent || one.later);
    if (one.blocked || away || busy.has(one.ticket) || here >= one.cap) continue;
    busy.add(one.ticket);
    used.set(one.repo, here + 1);
    picked.push(one);
  }
  return picked;
}
