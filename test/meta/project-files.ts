// The project as the meta tests see it: which files there are, whether git knows them yet or not, and their text.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Left out: what is installed or made, and the target repository of the tests, which has a style of its own. */
const foreign = /(^|\/)(node_modules|coverage)(\/|$)|^data\/|^test\/fixtures\//;

/** Paths below `folder`, relative to the root, with "/" between folders, sorted. */
export function filesIn(folder: string, ends = ''): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith(ends) && !foreign.test(file))
    .sort();
}

export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** What ships: the code that the size and the import law bind. */
export const shipped = (): string[] => ['adapters', 'checks', 'src'].flatMap((folder) => filesIn(folder, '.ts'));

export const testCode = (): string[] => ['test', 'bench'].flatMap((folder) => filesIn(folder, '.ts'));

/** Markdown that people read: at the root, in docs and beside adapters. */
export const pages = (): string[] => [
  ...readdirSync(root)
    .filter((file) => file.endsWith('.md'))
    .sort(),
  ...filesIn('docs', '.md'),
  ...filesIn('adapters', '.md'),
  ...filesIn('.github', '.md'),
];
