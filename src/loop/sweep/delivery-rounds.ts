// The App's log of deliveries against the inbox: what GitHub could not bring, and what it brought and we have not.
import { allowanceOf } from '../../intake/clock/plan-sweep.ts';
import { readPurse, spend } from '../../journal/sweep-purse.ts';
import { comparedUntil, logUntil } from '../../journal/sweep-round.ts';
import { type Allowance, createAllowance } from './allowance.ts';
import type { SweepTools } from './tools.ts';

/** `failure`: each minute. `success`: what is logged as delivered and not here, as after the database was restored. */
export const deliveryRounds = { failure: 'repair', success: 'compare' } as const;

/** The App's own points, asked for with its JWT. */
const theApp = 0;
/** GitHub lists a delivery when it ended, by the time it began. */
const lagMs = 600_000;

/**
 * Returns how many were stored. A GUID that is here is a no-op, unless its translation failed. What was not reached because the
 * points ran out is reached next time: the log is read again from where it was compared to the end.
 */
export async function repairDeliveries(
  tools: SweepTools,
  status: 'failure' | 'success',
  everySeconds: number,
): Promise<number> {
  const { journal, changes, log } = tools;
  const round = deliveryRounds[status];
  const until = await logUntil(journal.db, round);
  const purse = await readPurse(journal.db, theApp);
  const allowance = createAllowance(allowanceOf(purse, purse.now, everySeconds));
  try {
    const { stored, newest } = await compare(tools, status, until, allowance);
    if (newest)
      await comparedUntil(journal.db, round, new Date(Math.max(newest.getTime() - lagMs, until?.getTime() ?? 0)));
    if (stored > 0) log.info({ stored }, 'deliveries were fetched from the log of the App');
    return stored;
  } finally {
    await spend(journal.db, theApp, allowance.spent(), changes.quota('app'));
  }
}

/** `newest`: the log was read up to here; undefined where it was not read to the end, or is empty. */
async function compare(
  { inbox, journal, reader, log }: SweepTools,
  status: 'failure' | 'success',
  until: Date | undefined,
  allowance: Allowance,
): Promise<{ stored: number; newest: Date | undefined }> {
  let stored = 0;
  let newest: Date | undefined;
  let cursor: string | undefined;
  do {
    if (!allowance.take()) return { stored, newest: undefined };
    const page = await reader.deliveries({ status, ...(cursor !== undefined && { cursor }) });
    newest ??= page.deliveries[0] && new Date(page.deliveries[0].deliveredAt);
    const guids = page.deliveries.map(({ guid }) => guid);
    const here = new Set(
      guids.length === 0
        ? []
        : (
            await journal.db
              .selectFrom('inbox')
              .select('guid')
              .where('guid', 'in', guids)
              .where('state', '!=', 'failed')
              .execute()
          ).map(({ guid }) => guid),
    );
    for (const { id, guid, event, action, installation } of page.deliveries) {
      if (here.has(guid)) continue;
      here.add(guid);
      if (!allowance.take()) {
        log.info({ stored }, 'the points for deliveries are used up for now; the rest is fetched later');
        return { stored, newest: undefined };
      }
      const delivery = await reader.delivery(id);
      if (!delivery) continue;
      const body = Buffer.from(JSON.stringify(delivery.payload));
      if ((await inbox.store({ guid, event, action, installation, body })) === 'stored') stored++;
    }
    const last = page.deliveries.at(-1);
    cursor = until && last && new Date(last.deliveredAt) < until ? undefined : page.next;
  } while (cursor !== undefined);
  return { stored, newest };
}
