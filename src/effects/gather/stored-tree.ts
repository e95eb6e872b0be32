// The tree of a run's stored bundle, in this machine's mirror: another replica may have inspected it, or the disk was new since.

import type { Repository } from '../../facts/repository.ts';
import { finishedKey } from '../../facts/run.ts';
import { TicketFact } from '../../facts/ticket.ts';
import { readArtifact } from '../../journal/artifact.ts';
import { readRun } from '../../journal/lease.ts';
import type { Ports } from '../contract.ts';
import { bundleLimits } from './bundle-limits.ts';
import { fetchRefs, gitRepo } from './git-access.ts';

/** Does nothing where the mirror has it, or where nothing of the run is on record: then the push says what is missing. */
export async function ensureTree(ports: Ports, repository: Repository, run: string): Promise<void> {
  const { db, git } = ports;
  const known = await readRun(db, run);
  const row = await db.selectFrom('fact').select('body').where('key', '=', finishedKey(run)).executeTakeFirst();
  const fact = row && TicketFact.parse(row.body);
  const bundle = fact?.type === 'RunFinished' ? fact.submission.bundle : undefined;
  if (!known || !bundle || (await git.has(gitRepo(ports, repository), bundle.commit))) return;
  const stored = await readArtifact(db, bundle.artifact);
  if (!stored) return;
  const { start } = known.assignment;
  await fetchRefs(ports, repository, [], [start]);
  // Judged once more: nothing enters a mirror that was not.
  await git.inspect({ repo: gitRepo(ports, repository), bundle: stored.bytes, start, limits: bundleLimits });
}
