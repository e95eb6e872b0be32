// Which file names a tree from an agent may bring.
import type { InspectRefusal } from './contract.ts';

export type PathRefusal = { reason: InspectRefusal; detail: string };

/** Code points that HFS+ ignores, so `.g<200c>it` is `.git` there. */
const ignored = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/** `.git` as some file system would open it: case, ignored code points, trailing dots and spaces, streams, short names. */
const isDotGit = (name: string): boolean => {
  const plain = name
    .replace(ignored, '')
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
    .toLowerCase();
  return plain === '.git' || plain === 'git~1';
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const forbidden = /[\u0000-\u001f\u007f\\]/;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name as text, or null when it is not UTF-8. */
const decode = (path: Buffer): string | null => {
  try {
    return decoder.decode(path);
  } catch {
    // Not UTF-8: the answer is the refusal.
    return null;
  }
};

/** Null: the name is fine. `depth` counts directories above the file. */
export const judgePath = (path: Buffer, depth: number): PathRefusal | null => {
  const text = decode(path);
  if (text === null) return { reason: 'bad_path', detail: `A file name is not UTF-8: ${path.toString('latin1')}` };
  const shown = JSON.stringify(text.slice(0, 200));
  const names = text.split('/');
  if (names.some(isDotGit)) return { reason: 'dot_git_path', detail: `${shown} lies in a .git directory.` };
  if (forbidden.test(text) || names.some((name) => name === '' || name === '.' || name === '..')) {
    return { reason: 'bad_path', detail: `${shown} is not a portable path.` };
  }
  if (names.length - 1 > depth)
    return { reason: 'too_deep', detail: `${shown} lies deeper than ${depth} directories.` };
  if (path.length > 4_000 || names.some((name) => Buffer.byteLength(name) > 255)) {
    return { reason: 'bad_path', detail: `${shown} is longer than file systems allow.` };
  }
  return null;
};

const fold = (path: string): string => path.normalize('NFC').toLowerCase();

const withParents = (path: string): string[] => {
  const all = [path];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) all.push(path.slice(0, at));
  return all;
};

/**
 * A new name that differs from another of the tree only in case or normalisation; null: none. Collisions that the base
 * has already are not the agent's.
 */
export const findCaseCollision = (before: Iterable<string>, after: Iterable<string>): [string, string] | null => {
  const known = new Set<string>();
  for (const path of before) for (const part of withParents(path)) known.add(part);
  const fresh = new Map<string, string>();
  const all = [...after];
  for (const path of all) {
    if (known.has(path)) continue;
    for (const part of withParents(path)) if (!known.has(part)) fresh.set(fold(part), part);
  }
  if (fresh.size === 0) return null;
  for (const path of all) {
    for (const part of withParents(path)) {
      const other = fresh.get(fold(part));
      if (other !== undefined && other !== part) return [part, other];
    }
  }
  return null;
};
