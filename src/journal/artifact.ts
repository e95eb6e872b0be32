// Bytes kept by their content. Facts name them by digest, so a fact stays small and cannot lie about its evidence.
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from './tables.ts';

export const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Storing the same bytes again only makes them young: whoever stores them is about to name them. */
export async function storeArtifact(db: Db | Tx, bytes: Uint8Array, media: string): Promise<string> {
  const digest = digestOf(bytes);
  await db
    .insertInto('artifact')
    .values({ digest, media, size: bytes.length, bytes })
    .onConflict((conflict) => conflict.column('digest').doUpdateSet({ at: sql`clock_timestamp()` }))
    .execute();
  return digest;
}

export async function readArtifact(db: Db | Tx, digest: string): Promise<{ bytes: Buffer; media: string } | undefined> {
  const row = await db
    .selectFrom('artifact')
    .select(['bytes', 'media'])
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row && { bytes: Buffer.from(row.bytes), media: row.media };
}

/** What is known of an artifact without its bytes. */
export async function describeArtifact(
  db: Db,
  digest: string,
): Promise<{ media: string; size: number; storedAt: Date; namedBy: string[] } | undefined> {
  const row = await db
    .selectFrom('artifact')
    .select(['media', 'size', 'at'])
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (!row) return undefined;
  const refs = await db
    .selectFrom('artifact_ref')
    .select('stream')
    .where('digest', '=', digest)
    .orderBy('stream')
    .execute();
  return { media: row.media, size: row.size, storedAt: new Date(row.at), namedBy: refs.map(({ stream }) => stream) };
}

/** What may be names of artifacts in a text of ours. */
export const digestsIn = (text: string): string[] => [...new Set(text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g))];

/** The stream names these from now on; those that are no artifacts are passed over. */
export async function refer(tx: Tx, stream: string, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return;
  await tx
    .insertInto('artifact_ref')
    .columns(['digest', 'stream'])
    .expression(
      tx
        .selectFrom('artifact')
        .select(['digest', sql<string>`${stream}::text`.as('stream')])
        .where('digest', 'in', digests),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
