// /health says that the process is up, to anybody; /ready says by name what it needs and whether that answers, to who may read.
import { Hono } from 'hono';
import type { GitHubReader } from '../../adapters/github/contract.ts';
import type { ApiToken } from '../config/env-variables.ts';
import type { Journal } from '../journal/database.ts';
import { createAccess } from './access.ts';
import { refusalProblem } from './problem.ts';

export type Dependency = { name: string; ask(): Promise<unknown> };

/** Longer than this and a dependency counts as not answering. */
const patienceMs = 3_000;

export const dependencies = ({ ping, boss }: Journal, reader: Pick<GitHubReader, 'self'>): readonly Dependency[] => [
  { name: 'database', ask: ping },
  { name: 'queue', ask: () => boss.getQueue('react') },
  { name: 'github', ask: () => reader.self() },
];

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
    const answers = await Promise.all(needed.map(async ({ name, ask }) => [name, await answerOf(ask)] as const));
    const ready = answers.every(([, answer]) => answer === 'ok');
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
