// What a run's model calls said: kept line by line while it lives, and as one artifact once it has ended.
import { sql } from 'kysely';
import { liveStates } from '../decide/run.ts';
import { refer, storeArtifact } from './artifact.ts';
import type { Db, Tx } from './tables.ts';

/** Of one run, in UTF-8. Chosen by hand: what 2,000,000 tokens newly say, at four bytes each. Later calls are left out, and counted. */
export const mostTranscriptBytes = 8 << 20;
const media = 'application/x-ndjson';

/** A run that has ended takes no more: then this does nothing. */
export async function addToTranscript(db: Db, run: string, line: string): Promise<void> {
  const size = Buffer.byteLength(line);
  // Whoever ends the run waits for this lock, or this for them.
  await sql`
    insert into transcript_part (run, text, size)
    select id, ${line}::text, ${size}::int from (select id from run
      where id = ${run} and state in (${sql.join(liveStates)}) for share) as live
    where (select coalesce(sum(size), 0) from transcript_part where run = ${run}) + ${size}::int <= ${mostTranscriptBytes}`.execute(
    db,
  );
}

/** In the transaction that ended the run. Its first line says how many of its calls follow. */
export async function closeTranscript(tx: Tx, run: string, stream: string): Promise<void> {
  const parts = await tx.selectFrom('transcript_part').select('text').where('run', '=', run).orderBy('id').execute();
  if (parts.length === 0) return;
  const { calls } = await tx
    .selectFrom('model_call')
    .select(({ fn }) => fn.countAll<string | number>().as('calls'))
    .where('run', '=', run)
    .where(sql<boolean>`call->>'denied' is null`)
    .executeTakeFirstOrThrow();
  const head = JSON.stringify({ version: 1, run, calls: Number(calls), kept: parts.length });
  const text = [head, ...parts.map((part) => part.text), ''].join('\n');
  const transcript = await storeArtifact(tx, Buffer.from(text), media);
  await refer(tx, stream, [transcript]);
  await tx.updateTable('run').set({ transcript }).where('id', '=', run).execute();
  await tx.deleteFrom('transcript_part').where('run', '=', run).execute();
}
