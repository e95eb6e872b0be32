// What an agent left that did not get through, or was stopped: kept as a bundle, because tokens were paid for it.
import type { HeldFile } from '../../../adapters/git/contract.ts';
import { mostBundleBytes } from '../box.ts';
import type { RunContext, StageResult } from '../context.ts';

/** Short: GitHub kills the job some ten seconds after it cancelled it, and the outcome has to be handed in before. */
const seconds = 5;
/** Of the upload, under the same clock where the run was stopped; else the lease of a runner that is heard of holds. */
const uploadMs = { stopped: 3_000, failed: 60_000 };

type Needed = Pick<RunContext, 'repo'> & {
  assignment: Pick<RunContext['assignment'], 'start'>;
  store: Pick<RunContext['store'], 'directory'>;
  workspaces: Pick<RunContext['workspaces'], 'collect'>;
  session: Pick<RunContext['session'], 'upload'>;
  halt: Pick<RunContext['halt'], 'reason'>;
  log: Pick<RunContext['log'], 'line'>;
};

/** Never rejects, and promises nothing: whatever it could not keep must not cost the run its outcome. */
export async function keepWork(
  { assignment, store, repo, workspaces, session, halt, log }: Needed,
  workspace: string,
  held: readonly HeldFile[],
): Promise<Pick<StageResult, 'kept'>> {
  try {
    const deadline = performance.now() + seconds * 1_000;
    const bare = store.directory(repo);
    const { start } = assignment;
    const collect = (showing: readonly HeldFile[]) => {
      const secondsLeft = Math.max(1, (deadline - performance.now()) / 1_000);
      const request = { bare, start, workspace, held: showing, maxBytes: mostBundleBytes, seconds: secondsLeft };
      return workspaces.collect(request);
    };
    let left = await collect(held);
    // It touched what steers agents: then all is kept as it was shown, for a person to look at.
    if (!left.ok && left.reason === 'held') left = await collect([]);
    const clock = AbortSignal.timeout(uploadMs[halt.reason() ? 'stopped' : 'failed']);
    if (left.ok && left.changed) return { kept: await session.upload('bundle', left.bundle, clock) };
    log.line(left.ok ? 'Nothing was changed.' : `It could not be kept: ${left.detail}`);
  } catch (error) {
    log.line(`It could not be kept: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}
