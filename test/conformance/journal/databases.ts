// Fresh databases of both kinds, and the smallest assignment.
import { afterAll } from 'vitest';
import type { Assignment } from '../../../src/facts/run.ts';
import type { Where } from '../../../src/journal/database.ts';
import { startPostgres } from '../../world/postgres.ts';

export const databases = ['pglite', 'postgres'] as const;

let server: ReturnType<typeof startPostgres> | undefined;

export async function fresh(kind: (typeof databases)[number]): Promise<Where> {
  if (kind === 'pglite') return { kind: 'memory' };
  server ??= startPostgres();
  return { kind: 'postgres', url: await (await server).fresh() };
}

afterAll(async () => {
  await (await server)?.stop();
});

export const anAssignment = (run: string): Assignment => ({
  run,
  fence: 1,
  stage: 'plan',
  repository: { id: 9, fullName: 'acme/app', gitUrl: 'http://127.0.0.1/acme/app.git' },
  ticket: { number: 1, title: 'A title', body: 'A body', criteria: [] },
  start: 'a'.repeat(40),
  agent: { name: 'codex' },
  egress: [],
  layers: {},
  budget: { wallSeconds: 60, tokens: 1_000, ticketTokens: 2_000 },
  heartbeatSeconds: 15,
});
