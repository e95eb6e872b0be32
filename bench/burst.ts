// How fast a backlog is worked off: comments in many repositories at once, each of which leads to one read and one write on GitHub.
import { round1 } from './numbers.ts';
import { onBoth } from './on-both.ts';
import { typed } from './reaction-ports.ts';
import { startRunning } from './running.ts';

const COMMENTS = 400;
const REPOSITORIES = 40;
const GITHUB_MS = 100;

/** From the first delivery to the last write. */
type Burst = { seconds: number; perSecond: number };
/** `instant`: GitHub answers at once; `slow`: each answer takes 100 ms, which six writers cannot beat with more than 60 a second. */
export type BurstResult = Record<'postgres' | 'pglite', { instant: Burst; slow: Burst }>;

export async function benchBurst(say: (line: string) => void): Promise<BurstResult> {
  const at = async (githubMs: number) =>
    onBoth(say, async (journal, tell) => {
      const running = await startRunning(journal, tell, { githubMs });
      try {
        return await burst(running, (line) => tell(`${githubMs} ms: ${line}`));
      } finally {
        await running.close();
      }
    });
  const [instant, slow] = [await at(0), await at(GITHUB_MS)];
  return {
    postgres: { instant: instant.postgres, slow: slow.postgres },
    pglite: { instant: instant.pglite, slow: slow.pglite },
  };
}

async function burst(
  { deliver, answered }: Awaited<ReturnType<typeof startRunning>>,
  say: (line: string) => void,
): Promise<Burst> {
  const ids = Array.from({ length: COMMENTS }, (_, n) => n + 1);
  const repository = (id: number) => ({ id: 100 + (id % REPOSITORIES), name: `app-${id % REPOSITORIES}` });
  const all = Promise.all(ids.map((id) => answered(id)));
  const started = performance.now();
  await Promise.all(ids.map((id) => deliver(typed(id, repository(id)))));
  await all;
  const seconds = (performance.now() - started) / 1_000;
  const result = { seconds: round1(seconds), perSecond: round1(COMMENTS / seconds) };
  say(`${COMMENTS} comments in ${result.seconds} s, ${result.perSecond}/s`);
  return result;
}
