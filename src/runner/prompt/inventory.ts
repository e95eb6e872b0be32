// What a plan names, held against the files that are there: the agent need not believe the plan, and neither do we.
import { readGlob } from '../../config/glob.ts';

const mostNames = 60;
const shownFiles = 10;

/** Inline code that looks like a path: it has a folder or an extension, and nothing that makes it a command or a glob. */
const named = /`([A-Za-z0-9_.@[\]()-]+(?:\/[A-Za-z0-9_.@[\]()-]+)+\/?|[A-Za-z0-9_-]+\.[A-Za-z][A-Za-z0-9]{0,9})`/g;

/** Pure. `files`: every path of the commit that the run starts from. One line for each name, those of the scope first. */
export function inventory(
  files: readonly string[],
  { scope, tasks }: { scope: readonly string[]; tasks: string },
): string[] {
  const inTasks = [...tasks.matchAll(named)].flatMap(([, path]) => (path === undefined ? [] : [path]));
  const names = [...new Set([...scope, ...inTasks])];
  const lines = names.slice(0, mostNames).map((name) => `${name}: ${found(files, name)}`);
  return names.length > mostNames ? [...lines, `and ${names.length - mostNames} more names`] : lines;
}

function found(files: readonly string[], name: string): string {
  if (files.includes(name)) return 'exists';
  const glob = readGlob(name);
  const folder = name.endsWith('/') ? name : `${name}/`;
  const inside = files.filter((path) => path.startsWith(folder) || (glob.status === 'ok' && glob.matches(path)));
  if (inside.length === 0) return 'does not exist yet';
  const more = inside.length > shownFiles ? ` and ${inside.length - shownFiles} more` : '';
  return `${inside.length} ${inside.length === 1 ? 'file' : 'files'}: ${inside.slice(0, shownFiles).join(', ')}${more}`;
}
