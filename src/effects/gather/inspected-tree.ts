// An inspected tree stands in the mirror of the replica that inspected it. Another replica takes it from the stored bundle again.
import { Permanent } from '../../errors.ts';
import { readFact } from '../../facts/fact.ts';
import type { Repository } from '../../facts/repository.ts';
import type { StreamId } from '../../facts/stream.ts';
import { readArtifact } from '../../journal/artifact.ts';
import type { Ports } from '../contract.ts';
import { gitRepo } from './git-access.ts';

/** Chosen by hand: ten times what the largest recorded agent change in the fixtures needs. */
export const inspectionLimits = { bytes: 50_000_000, files: 3_000, fileBytes: 5_000_000, depth: 32, seconds: 60 };

/** Afterwards this replica's mirror holds the tree. `start`, which the bundle builds on, is in the mirror already. */
export async function bringTree(
  ports: Pick<Ports, 'git' | 'db' | 'serverUrl'>,
  repository: Repository,
  { stream, madeBy, start, tree }: { stream: StreamId; madeBy: string; start: string; tree: string },
): Promise<void> {
  const repo = gitRepo(ports, repository);
  if (await holds(ports, repository, tree)) return;
  const finished = await ports.db
    .selectFrom('fact')
    .select(['stream', 'key', 'type', 'version', 'body'])
    .where('stream', '=', stream)
    .where('type', '=', 'RunFinished')
    .where('body', 'is not', null)
    .execute();
  const artifact = finished
    .map(readFact)
    .flatMap((fact) => (fact.type === 'RunFinished' && fact.run === madeBy ? [fact.submission.bundle?.artifact] : []))
    .at(-1);
  const stored = artifact === undefined ? undefined : await readArtifact(ports.db, artifact);
  if (!stored) throw new Permanent(`the bundle of run ${madeBy} is gone: what it made cannot be pushed any more`);
  const inspected = await ports.git.inspect({ repo, bundle: stored.bytes, start, limits: inspectionLimits });
  if (!inspected.ok || inspected.tree !== tree)
    throw new Permanent(`the bundle of run ${madeBy} does not give the tree that was inspected`);
}

const holds = ({ git, serverUrl }: Pick<Ports, 'git' | 'serverUrl'>, repository: Repository, tree: string) =>
  git.treeOf(gitRepo({ serverUrl }, repository), tree).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Permanent) return false;
      throw error;
    },
  );
