// How long runs took, as the buckets of a histogram, counted by the database over all runs that have ended.
import { RunOutcome, Stage } from '../../facts/run.ts';
import type { Db } from '../../journal/tables.ts';

/** Upper bounds in seconds, up to more than the longest run that a policy allows. */
export const durationBounds = [30, 60, 120, 300, 600, 1_200, 1_800, 2_700, 3_600, 7_200];

/** `within[n]`: ended within `durationBounds[n]`, those of smaller bounds included. From the claim to the end. */
export type RunDurations = { stage: Stage; outcome: string; within: number[]; count: number; seconds: number };

const outcomes = RunOutcome.options.map(({ shape }) => shape.kind.value);

/** Every stage with every outcome, in this order. A run that nobody claimed took no time and counts as ended at once. */
export async function runDurations(db: Db): Promise<RunDurations[]> {
  const ended = db
    .selectFrom('run')
    .select(({ fn, val, eb, cast }) => [
      'stage',
      fn<string | null>('jsonb_extract_path_text', ['outcome', val('kind')]).as('outcome'),
      cast<number>(
        fn('date_part', [val('epoch'), eb('finished_at', '-', fn.coalesce('claimed_at', 'finished_at'))]),
        'double precision',
      ).as('took'),
    ])
    .where('finished_at', 'is not', null)
    .as('ended');
  const rows = await db
    .selectFrom(ended)
    .select(({ fn }) => [
      'stage',
      'outcome',
      fn.countAll().as('count'),
      fn.sum<number | string>('took').as('seconds'),
      ...durationBounds.map((bound) =>
        fn.countAll<number | string>().filterWhere('took', '<=', bound).as(`at_${bound}`),
      ),
    ])
    .groupBy(['stage', 'outcome'])
    .execute();
  return Stage.options.flatMap((stage) =>
    outcomes.map((outcome) => {
      const row = rows.find((one) => one.stage === stage && one.outcome === outcome);
      const counts: Record<string, unknown> = { ...row };
      return {
        stage,
        outcome,
        within: durationBounds.map((bound) => Number(counts[`at_${bound}`] ?? 0)),
        count: Number(row?.count ?? 0),
        seconds: Number(row?.seconds ?? 0),
      };
    }),
  );
}
