// /health says that the process is up, to anybody; /ready says by name what it needs and whether that answers, to who may read.
import { Hono } from 'hono';
import type { GitHubReader } from '../../adapters/github/contract.ts';
import type { ApiToken } from '../config/env-variables.ts';
import { Retryable } from '../errors.ts';
import type { Journal } from '../journal/database.ts';
import { isSilent, readRounds } from '../journal/sweep-round.ts';
import type { Db } from '../journal/tables.ts';
import { createAccess } from './access.ts';
import { refusalProblem } from './problem.ts';

/** `degraded`: Gantry works without it, and should not for long. */
export type Dependency = { name: string; ask(): Promise<unknown>; whenFailing: 'not_ready' | 'degraded' };

/** Longer than this and a dependency counts as not answering. */
const patienceMs = 3_000;

export const dependencies = (
  { ping, boss, db }: Journal,
  reader: Pick<GitHubReader, 'self'>,
): readonly Dependency[] => [
  { name: 'database', ask: ping, whenFailing: 'not_ready' },
  { name: 'queue', ask: () => boss.getQueue('react'), whenFailing: 'not_ready' },
  { name: 'github', ask: () => reader.self(), whenFailing: 'not_ready' },
  // A replica that cannot heal still stores webhooks: taken out of service it would lose more.
  { name: 'sweep', ask: () => sweepIsHeard(db), whenFailing: 'degraded' },
];

async function sweepIsHeard(db: Db): Promise<void> {
  const silent = (await readRounds(db)).filter(isSilent).map(({ name }) => name);
  if (silent.length > 0) throw new Retryable(`rounds of the sweep are silent: ${silent.join(', ')}`);
}

export function createProbes(
  needed: readonly Dependency[],
  { tokens, publicUrl }: { tokens: readonly ApiToken[]; publicUrl: string },
): Hono {
  const access = createAccess(tokens, { secure: publicUrl.startsWith('https:') });
  const probes = new Hono();
  probes.get('/health', (context) => context.json({ status: 'up' }));
  probes.get('/ready', async (context) => {
    const admission = access.admit(context, 'read');
    if (admission.refused) return refusalProblem(admission.refused);
    const answers = await Promise.all(
      needed.map(async ({ name, ask, whenFailing }) => {
        const answer = await answerOf(ask);
        return [name, answer === 'failing' && whenFailing === 'degraded' ? 'degraded' : answer] as const;
      }),
    );
    const ready = answers.every(([, answer]) => answer !== 'failing');
    return context.json(
      { status: ready ? 'ready' : 'not_ready', dependencies: Object.fromEntries(answers) },
      ready ? 200 : 503,
    );
  });
  return probes;
}

/** The reason stays in the log: what a dependency said may hold addresses and names. */
async function answerOf(ask: () => Promise<unknown>): Promise<'ok' | 'failing'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'failing'>((resolve) => {
    timer = setTimeout(() => resolve('failing'), patienceMs);
  });
  const asked = ask().then(
    () => 'ok' as const,
    () => 'failing' as const,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
