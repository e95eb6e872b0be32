// One measurement on a fresh Postgres and on a fresh PGlite folder, as both are run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Journal, openJournal } from '../src/journal/database.ts';
import { startPostgres } from '../test/world/postgres.ts';

/** `measure` closes the journal that it is given. */
export async function onBoth<Result>(
  say: (line: string) => void,
  measure: (journal: Journal, say: (line: string) => void) => Promise<Result>,
): Promise<Record<'postgres' | 'pglite', Result>> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const server = await startPostgres();
  const complain = (error: unknown) => say(String(error));
  try {
    const onPostgres = await openJournal({ kind: 'postgres', url: await server.fresh() }, complain);
    const postgres = await measure(onPostgres, (line) => say(`postgres ${line}`));
    const onPglite = await openJournal({ kind: 'pglite', folder: join(folder, 'data') }, complain);
    const pglite = await measure(onPglite, (line) => say(`pglite   ${line}`));
    return { postgres, pglite };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
