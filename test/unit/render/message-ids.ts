// Collects every message id that the sources can emit. A template is known by what stands before its first gap.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

const sourcesIn = (folder: string): { path: string; text: string }[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(root, folder, path), 'utf8') }));

export const sources = [...sourcesIn('src'), ...sourcesIn('adapters')].filter(
  ({ path }) => !path.startsWith(join('src', 'render')),
);

/** The text of each argument of the call whose "(" is at `open`. Strings and templates may hold brackets and commas. */
function argumentsAt(source: string, open: number): string[] {
  const found = [''];
  let depth = 0;
  for (let at = open + 1; at < source.length; at += 1) {
    const sign = source[at] ?? '';
    const quote = /['"`]/.test(sign) ? sign : undefined;
    const end = quote === undefined ? at : source.indexOf(quote, at + 1);
    const piece = source.slice(at, end + 1);
    if (depth === 0 && sign === ')') return found;
    if (depth === 0 && sign === ',') found.push('');
    else found[found.length - 1] += piece;
    if (/[([{]/.test(sign)) depth += 1;
    if (/[)\]}]/.test(sign)) depth -= 1;
    at = end;
  }
  return found;
}

/** Ids in quotes, and templates as `prefix-*`. */
const idsIn = (argument: string): string[] =>
  [...argument.matchAll(/'([a-z][\w.-]*)'|`([a-z][\w-]*)\$\{[^`]*`/g)].map(([, id, prefix]) => id ?? `${prefix}*`);

const calls: readonly { of: RegExp; which: (given: string[]) => string[] }[] = [
  { of: /(?<![\w.])message\(/g, which: ([first = '']) => [first] },
  { of: /new UserFixable\(/g, which: ([first = '']) => [first] },
  // answer(comment, reaction?, id, data)
  { of: /(?<![\w.])answer\(/g, which: ([, ...others]) => others.filter((one) => /^\s*'(?!rocket|eyes|-1)/.test(one)) },
];

export type Emitted = { id: string; path: string };

export const emittedBy = ({ path, text }: { path: string; text: string }): Emitted[] =>
  [
    ...calls.flatMap(({ of, which }) =>
      [...text.matchAll(of)].flatMap(({ index, 0: call }) =>
        which(argumentsAt(text, index + call.length - 1)).flatMap((argument) => idsIn(argument)),
      ),
    ),
    ...[...text.matchAll(/reply: \{\s*id: '([\w-]+)'/g)].map(([, id = '']) => id),
  ].map((id) => ({ id, path }));
