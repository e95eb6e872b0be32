// /health says that the process is up, /ready says by name what it needs and whether that answers.
import { Hono } from 'hono';
import type { GitHubReader } from '../../adapters/github/contract.ts';
import type { Journal } from '../journal/database.ts';

export type Dependency = { name: string; ask(): Promise<unknown> };

/** Longer than this and a dependency counts as not answering. */
const patienceMs = 3_000;

export const dependencies = ({ ping, boss }: Journal, reader: Pick<GitHubReader, 'self'>): readonly Dependency[] => [
  { name: 'database', ask: ping },
  { name: 'queue', ask: () => boss.getQueue('react') },
  { name: 'github', ask: () => reader.self() },
];

export function createProbes(needed: readonly Dependency[]): Hono {
  const probes = new Hono();
  probes.get('/health', (context) => context.json({ status: 'up' }));
  probes.get('/ready', async (context) => {
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
