// Fresh databases of both kinds.
import { afterAll } from 'vitest';
import type { Where } from '../../../src/journal/database.ts';
import { emptyPglite, freshPglite } from '../../world/pglite.ts';
import { startPostgres } from '../../world/postgres.ts';

export { anAssignment } from '../../world/an-assignment.ts';

export const databases = ['pglite', 'postgres'] as const;

let server: ReturnType<typeof startPostgres> | undefined;

export async function fresh(kind: (typeof databases)[number]): Promise<Where> {
  if (kind === 'pglite') return freshPglite();
  server ??= startPostgres();
  return { kind: 'postgres', url: await (await server).fresh() };
}

/** Without tables. */
export const empty = async (kind: (typeof databases)[number]): Promise<Where> =>
  kind === 'pglite' ? emptyPglite() : fresh(kind);

afterAll(async () => {
  await (await server)?.stop();
});
