// Which layer commands a repository without layers could name: guessed from its files at a commit that the mirror holds.
import { detect } from '../../config/detect/detect.ts';
import type { RepositoryFiles } from '../../config/detect/detector.ts';
import type { PullSnapshot } from '../../facts/pull-snapshot.ts';
import type { Repository } from '../../facts/repository.ts';
import type { Ports } from '../contract.ts';
import { gitRepo } from './git-access.ts';

const mostBytes = 1_000_000;

/** Only fixed commands come out: nothing that a file says is copied. Empty where nothing was recognised. */
export async function detectLayers(
  ports: Pick<Ports, 'git' | 'serverUrl'>,
  repository: Repository,
  commit: string,
): Promise<NonNullable<PullSnapshot['detected']>> {
  const repo = gitRepo(ports, repository);
  const paths = (await ports.git.listTree(repo, commit)).map(({ path }) => path);
  const files: RepositoryFiles = {
    async text(name) {
      const read = await ports.git.readBlob(repo, commit, name, mostBytes);
      return read.ok ? read.bytes.toString('utf8') : undefined;
    },
    async names(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const inside = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
      return [...new Set(inside.map((path) => path.split('/')[0] ?? ''))];
    },
  };
  const { layers } = await detect(files);
  return Object.fromEntries(Object.entries(layers).map(([name, { run }]) => [name, run]));
}
