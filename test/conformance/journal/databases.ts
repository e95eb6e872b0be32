// Fresh databases of both kinds.
import { afterAll, beforeAll, expect } from 'vitest';
import { type Journal, openJournal, type Where } from '../../../src/journal/database.ts';
import { emptyPglite, freshPglite } from '../../world/pglite.ts';
import { startPostgres } from '../../world/postgres.ts';

export { anAssignment } from '../../world/an-assignment.ts';

export const databases = ['pglite', 'postgres'] as const;

type Kind = (typeof databases)[number];

let server: ReturnType<typeof startPostgres> | undefined;

export async function fresh(kind: Kind): Promise<Where> {
  if (kind === 'pglite') return freshPglite();
  server ??= startPostgres();
  return { kind: 'postgres', url: await (await server).fresh() };
}

/** Without tables. */
export const empty = async (kind: Kind): Promise<Where> => (kind === 'pglite' ? emptyPglite() : fresh(kind));

/** Opens a fresh journal for the tests of a describe. What goes wrong beside them is returned, and there must be none. */
export function opened(kind: Kind, keep: (journal: Journal) => void): unknown[] {
  const errors: unknown[] = [];
  let journal: Journal | undefined;
  beforeAll(async () => {
    journal = await openJournal(await fresh(kind), (error) => errors.push(error));
    keep(journal);
  });
  afterAll(async () => {
    await journal?.close();
    expect(errors).toEqual([]);
  });
  return errors;
}

afterAll(async () => {
  await (await server)?.stop();
});
