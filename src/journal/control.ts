// Controls in the database: set, lifted, and asked before anything is started. Their end is the database's clock.
import { sql } from 'kysely';
import {
  type Concerned,
  type ControlMode,
  type ControlScope,
  type InFlight,
  type Standstill,
  strictest,
} from '../facts/control.ts';
import { audit } from './audit.ts';
import { giveBack } from './backlog.ts';
import type { Db, Tx } from './tables.ts';

/** Any number: admissions hold it shared, setting a control alone, so that no run slips in beside a control. */
const controlLock = 725_006;

export type Control = Standstill & {
  inFlight: InFlight;
  at: Date;
  lifted?: { at: Date; by: string; why: string };
};

export type NewControl = {
  scope: ControlScope;
  mode: ControlMode;
  inFlight: InFlight;
  source: Standstill['source'];
  by: string;
  why: string;
  /** Absent: until it is lifted. */
  minutes?: number | undefined;
  /** The command that asks for it: asked again, it finds what it set. */
  key?: string | undefined;
};

/** `made: false`: the same command has set it before. From its commit on no run of the scope is admitted. */
export async function setControl(tx: Tx, asked: NewControl): Promise<{ control: Control; made: boolean }> {
  await sql`select pg_advisory_xact_lock(${controlLock})`.execute(tx);
  const row = await tx
    .insertInto('control')
    .values({
      scope: asked.scope,
      mode: asked.mode,
      in_flight: asked.inFlight,
      source: asked.source,
      set_by: asked.by,
      why: asked.why,
      key: asked.key ?? null,
      until: asked.minutes === undefined ? null : sql`clock_timestamp() + ${asked.minutes} * interval '1 minute'`,
      lifted_at: null,
      lifted_by: null,
      lifted_why: null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row) return { control: toControl(row), made: true };
  const before = await tx
    .selectFrom('control')
    .selectAll()
    .where('key', '=', asked.key ?? '')
    .executeTakeFirstOrThrow();
  return { control: toControl(before), made: false };
}

/** Lifts every control of exactly this scope; `source`: only those that were set from there. Returns what was lifted. */
export async function liftControls(
  tx: Tx,
  { scope, source, by, why }: { scope: ControlScope; source?: Standstill['source']; by: string; why: string },
): Promise<Control[]> {
  const rows = await tx
    .updateTable('control')
    .set({ lifted_at: sql`clock_timestamp()`, lifted_by: by, lifted_why: why })
    .where('scope', '=', scope)
    .where('lifted_at', 'is', null)
    .$if(source !== undefined, (query) => query.where('source', '=', source ?? 'api'))
    .returningAll()
    .execute();
  return rows.map(toControl);
}

/** Lifts what has come to its end, with its entry in the audit. It is not in force since its end; this makes it known. */
export async function liftExpired(tx: Tx): Promise<void> {
  const rows = await tx
    .updateTable('control')
    .set({ lifted_at: sql`clock_timestamp()`, lifted_by: 'expiry', lifted_why: 'its time was up' })
    .where('lifted_at', 'is', null)
    .where('until', '<=', sql<Date>`clock_timestamp()`)
    .returning(['id', 'scope'])
    .execute();
  for (const { id, scope } of rows) {
    const target = `control:${id} ${scope}`;
    await audit(tx, {
      source: 'expiry',
      who: 'gantry',
      scope: 'clock',
      action: 'resume',
      target,
      why: 'its time was up',
    });
  }
}

const standing = (db: Db | Tx) =>
  db
    .selectFrom('control')
    .selectAll()
    .where('lifted_at', 'is', null)
    .where((is) => is.or([is('until', 'is', null), is('until', '>', sql<Date>`clock_timestamp()`)]))
    .orderBy('id');

export async function controlsInForce(db: Db | Tx): Promise<Standstill[]> {
  return (await standing(db).execute()).map(toStandstill);
}

/** The strictest control that concerns it now. */
export const standstillOf = async (db: Db | Tx, about: Concerned): Promise<Standstill | undefined> =>
  strictest(await controlsInForce(db), about);

/**
 * Asked by admission, in its transaction: what keeps this run from being started. A slot that it took before, and that no
 * workflow run has, is given back.
 */
export async function heldBack(
  tx: Tx,
  run: { id: string; repo: number; assignment: { agent: { name: string } } },
): Promise<Standstill | undefined> {
  await sql`select pg_advisory_xact_lock_shared(${controlLock})`.execute(tx);
  const standstill = await standstillOf(tx, { repo: run.repo, agent: run.assignment.agent.name });
  if (!standstill) return undefined;
  const { numDeletedRows } = await tx
    .deleteFrom('run')
    .where('id', '=', run.id)
    .where('state', '=', 'queued')
    .where('workflow_run', 'is', null)
    .executeTakeFirst();
  if (numDeletedRows > 0n) await giveBack(tx, run.id);
  return (await tx.selectFrom('run').select('id').where('id', '=', run.id).executeTakeFirst()) ? undefined : standstill;
}

/** Newest first; those older than `before`. `standing`: only what is in force. */
export async function listControls(
  db: Db | Tx,
  { before, limit, inForce }: { before: number | undefined; limit: number; inForce: boolean },
): Promise<Control[]> {
  const rows = await (inForce ? standing(db) : db.selectFrom('control').selectAll())
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .clearOrderBy()
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toControl);
}

type Row = Awaited<ReturnType<ReturnType<typeof standing>['execute']>>[number];

const toStandstill = ({ id, scope, mode, source, set_by: by, why, until }: Row): Standstill => ({
  control: Number(id),
  scope,
  mode,
  source,
  by,
  why,
  ...(until && { until: new Date(until).toISOString() }),
});

const toControl = (row: Row): Control => ({
  ...toStandstill(row),
  inFlight: row.in_flight,
  at: new Date(row.at),
  ...(row.lifted_at && {
    lifted: { at: new Date(row.lifted_at), by: row.lifted_by ?? '', why: row.lifted_why ?? '' },
  }),
});
