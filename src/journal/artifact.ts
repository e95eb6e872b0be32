// Bytes kept by their content. Facts name them by digest, so a fact stays small and cannot lie about its evidence.
import { createHash } from 'node:crypto';
import type { Db, Tx } from './tables.ts';

export const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Storing the same bytes again changes nothing. */
export async function storeArtifact(db: Db | Tx, bytes: Uint8Array, media: string): Promise<string> {
  const digest = digestOf(bytes);
  await db
    .insertInto('artifact')
    .values({ digest, media, size: bytes.length, bytes })
    .onConflict((conflict) => conflict.doNothing())
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
