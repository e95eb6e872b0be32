// Says aloud when the sweep itself is silent. Every replica watches, whoever sweeps.
import { isSilent, readRounds } from '../../journal/sweep-round.ts';
import type { Db } from '../../journal/tables.ts';
import type { Log } from '../log.ts';

/** One line for each round that is silent. A database that does not answer is silence too. */
export async function watch(db: Db, log: Log): Promise<void> {
  try {
    for (const round of await readRounds(db)) {
      if (!isSilent(round)) continue;
      const { name, succeededAt } = round;
      log.error(
        {
          alert: 'sweep',
          round: name,
          since: succeededAt?.toISOString(),
        },
        'a round of the sweep has not succeeded for too long: lost webhooks stay lost until it does; the errors before this one say why',
      );
    }
  } catch (error) {
    log.error({ alert: 'sweep', err: error }, 'nobody can tell when the sweep last succeeded');
  }
}
