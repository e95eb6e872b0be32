// Admission: what the dispatcher asks. The work stands in the backlog from then on, and has a slot if it is first in order.

import type { Standstill } from '../facts/control.ts';
import { usualPriority } from '../facts/priority.ts';
import type { Assignment } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import { createTicket, putOff, type Standing } from './backlog.ts';
import { type Claimed, type Conflict, claim } from './claim.ts';
import { heldBack } from './control.ts';
import type { Db } from './tables.ts';

export type Caps = { repository: number; total: number };

/** `head` and `signal`: what the run is about, and what asked for it; without them nothing is compared. */
export type Wanted = {
  id: string;
  stream: StreamId;
  repo: number;
  assignment: Assignment;
  seconds: number;
  head?: string;
  signal?: string;
} & Partial<Pick<Standing, 'priority' | 'blockedBy'>>;

export type Admission =
  | Claimed
  | Conflict
  | { conflict: 'other_content'; key: string }
  | { conflict: 'paused'; standstill: Standstill };

/**
 * The same run asked for twice takes one slot. Whatever stops a run for another reason than the order (a switch, a budget)
 * is asked here, before the claim, and answers with a conflict of its own after `putOff`.
 */
export const admit = (db: Db, run: Wanted, caps: Caps): Promise<Admission> =>
  db.transaction().execute(async (tx) => {
    const standstill = await heldBack(tx, run);
    if (standstill) {
      await putOff(tx, run.id);
      return { conflict: 'paused', standstill };
    }
    const created = await createTicket(tx, {
      key: run.id,
      ticket: run.stream,
      repo: run.repo,
      content: { stream: run.stream, stage: run.assignment.stage, phase: run.assignment.phase?.n },
      priority: run.priority ?? usualPriority,
      blockedBy: run.blockedBy ?? [],
      cap: caps.repository,
    });
    if (typeof created === 'object') return created;
    return claim(tx, { ...run, key: run.id, holder: run.id }, caps.total);
  });
