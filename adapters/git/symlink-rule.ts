// Does a symbolic link of a tree lead out of it? Links on the way count: each alone may look harmless.

const mostHops = 40;

type Walk = { escapes: boolean; through: Set<string> };

/** Follows a target the way a file system does, within the tree's own links. */
const walk = (links: ReadonlyMap<string, string>, start: string): Walk => {
  const through = new Set([start]);
  const at = start.split('/').slice(0, -1);
  const target = links.get(start) ?? '';
  if (target.startsWith('/')) return { escapes: true, through };
  const rest = target.split('/');
  for (let hops = 0; rest.length > 0; ) {
    const name = rest.shift() ?? '';
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (at.pop() === undefined) return { escapes: true, through };
      continue;
    }
    at.push(name);
    const next = links.get(at.join('/'));
    if (next === undefined) continue;
    through.add(at.join('/'));
    // A loop leads nowhere; a file system gives up as well.
    if (++hops > mostHops) return { escapes: false, through };
    if (next.startsWith('/')) return { escapes: true, through };
    at.pop();
    rest.unshift(...next.split('/'));
  }
  return { escapes: false, through };
};

/** The first link that leaves the tree and owes it to a changed link; null: none. `links`: path → target, all of the tree. */
export const findEscapingLink = (links: ReadonlyMap<string, string>, changed: ReadonlySet<string>): string | null => {
  for (const path of links.keys()) {
    const { escapes, through } = walk(links, path);
    if (escapes && [...through].some((link) => changed.has(link))) return path;
  }
  return null;
};
