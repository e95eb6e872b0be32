// A link of the base that steers an agent makes what it leads to steer as well: AGENTS.md → CLAUDE.md, .claude → tools/claude.
import type { GitReader, GitRepo } from '../../../adapters/git/contract.ts';
import type { PathTest } from '../../config/glob.ts';

/** Path of a symbolic link → what stands in it. */
export type Links = ReadonlyMap<string, string>;

/** As for the kernel: more hops are a circle. */
const mostHops = 40;
const longestTarget = 4_096;

export async function linksOf(
  store: Pick<GitReader, 'listTree' | 'readBlobs'>,
  repo: GitRepo,
  commit: string,
): Promise<Links> {
  const links = (await store.listTree(repo, commit)).filter(({ mode }) => mode === '120000');
  const targets = await store.readBlobs(
    repo,
    links.map(({ blob }) => blob),
    longestTarget,
  );
  return new Map(links.map(({ path, blob }) => [path, targets.get(blob)?.toString('utf8') ?? '/']));
}

/** Pure. What steers by name, whatever lies at or below the end of a link that does, and what could lead elsewhere on the way. */
export function withTargets(steers: PathTest, links: Links): PathTest {
  const ends = new Set<string>();
  const ways = new Set<string>();
  const led: PathTest = (path) =>
    steers(path) || ends.has('') || ends.has(path) || foldersOf(path).some((one) => ends.has(one));
  let left = [...links.keys()];
  // A folder that a link leads to may hold links in turn.
  for (let next = left.filter(led); next.length > 0; next = left.filter(led)) {
    for (const { end, met } of next.map((link) => follow(link, links))) {
      if (end !== undefined) ends.add(end);
      for (const path of [...met, ...foldersOf(end ?? '')]) ways.add(path);
    }
    const done = new Set(next);
    left = left.filter((link) => !done.has(link));
  }
  return (path) => led(path) || ways.has(path);
}

/** `a/b/c` → `a`, `a/b`. */
const foldersOf = (path: string): string[] => {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

/** The links that are met; no end where it leaves the repository or goes in a circle. '' is the repository's root. */
function follow(link: string, links: Links): { met: string[]; end?: string } {
  const met: string[] = [];
  const ahead = link.split('/');
  const at: string[] = [];
  for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
    if (part === '' || part === '.') continue;
    if (part !== '..') at.push(part);
    else if (at.pop() === undefined) return { met };
    const target = links.get(at.join('/'));
    if (target === undefined) continue;
    if (target.startsWith('/') || met.length === mostHops) return { met };
    met.push(at.join('/'));
    at.pop();
    ahead.unshift(...target.split('/'));
  }
  return { met, end: at.join('/') };
}
