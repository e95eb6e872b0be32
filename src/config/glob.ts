// Globs of policies and plans. Both the glob and the path can be hostile, and a glob turned into a regular expression can
// backtrack for minutes on a 100 character path, so this matches in time linear in each. Tested against picomatch.
import { Bug } from '../errors.ts';

/** True where the whole path, relative to the repository root with "/" between folders, matches. */
export type PathTest = (path: string) => boolean;

export type GlobRead = { status: 'ok'; matches: PathTest } | { status: 'broken'; problem: string };

const mostAlternatives = 64;

/** `src/{a,b}/c` → `src/a/c`, `src/b/c`. Undefined: nested, unbalanced, too many, or stars that meet. */
const expandBraces = (glob: string): string[] | undefined => {
  let done = [''];
  for (const part of glob.split(/(\{[^{}]*\})/)) {
    const braced = /^\{[^{}]*\}$/.test(part);
    if (!braced && /[{}]/.test(part)) return undefined;
    const choices = braced ? part.slice(1, -1).split(',') : [part];
    if (done.length * choices.length > mostAlternatives) return undefined;
    // `*{,*}` would become `**`, which means something else than its parts.
    if (done.some((start) => start.endsWith('*')) && choices.some((choice) => choice.startsWith('*'))) return undefined;
    done = done.flatMap((start) => choices.map((choice) => start + choice));
  }
  return done;
};

/** One segment with `*` and `?`. On a mismatch only the last `*` takes one character more: no nested backtracking. */
const segmentMatches = (pattern: string, segment: string): boolean => {
  let at = 0;
  let star = -1;
  let resume = 0;
  let next = 0;
  while (at < segment.length) {
    if (pattern[next] === '*') {
      star = next++;
      resume = at;
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === segment[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
};

/** Which prefixes of the pattern match the segments read so far; `**` stays in the set while it swallows segments. */
const segmentsMatch = (pattern: readonly string[], segments: readonly string[]): boolean => {
  const skipGlobstars = (reached: Set<number>) => {
    for (const index of reached) if (pattern[index] === '**') reached.add(index + 1);
    return reached;
  };
  let reached = skipGlobstars(new Set([0]));
  for (const segment of segments) {
    const after = new Set<number>();
    for (const index of reached) {
      const part = pattern[index];
      if (part === '**') after.add(index);
      else if (part !== undefined && segmentMatches(part, segment)) after.add(index + 1);
    }
    reached = skipGlobstars(after);
  }
  return reached.has(pattern.length);
};

const forbidden: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'is empty'],
  [/\\/, 'has a backslash: folders are separated by "/"'],
  [/^!/, 'is negated: list what is meant instead'],
  [/[!@+?*]\(/, 'has an extended pattern: use `*`, `?`, `**` and `{a,b}`'],
  [/^\/|\/\/|\/$/, 'has an empty segment: write a folder as `src/**`'],
  [/(^|\/)\.{1,2}(\/|$)/, 'has a "." or ".." segment: write it relative to the repository root'],
  [/[^/{,]\*\*|\*\*[^/},]/, 'has `**` inside a name: it stands alone between slashes'],
];

/**
 * Reads a glob: `*` (any characters but "/"), `?` (one of them), `**` (any folders, also none: `src/**` covers a file `src` too), `{a,b}` (alternatives, not
 * nested). Everything else is literal, brackets too; a leading dot needs no special care.
 */
export const readGlob = (glob: string, options: { ignoreCase?: boolean } = {}): GlobRead => {
  const found = forbidden.find(([pattern]) => pattern.test(glob));
  if (found) return { status: 'broken', problem: found[1] };
  const alternatives = expandBraces(glob);
  if (!alternatives) {
    return {
      status: 'broken',
      problem: `has braces that are nested or unbalanced, that touch a star with a star, or give over ${mostAlternatives} alternatives`,
    };
  }
  const fold = (text: string) => (options.ignoreCase ? text.toLowerCase() : text);
  const patterns = alternatives.map((alternative) => fold(alternative).split('/'));
  const matches = (path: string) => {
    const segments = fold(path).split('/');
    return patterns.some((pattern) => segmentsMatch(pattern, segments));
  };
  return { status: 'ok', matches };
};

/** True where one of them matches. For globs that we wrote: one that cannot be read is a Bug. */
export const anyOf = (globs: readonly string[], options: { ignoreCase?: boolean } = {}): PathTest => {
  const tests = globs.map((glob) => {
    const read = readGlob(glob, options);
    if (read.status === 'broken') throw new Bug(`the built-in glob "${glob}" ${read.problem}`);
    return read.matches;
  });
  return (path) => tests.some((matches) => matches(path));
};

/** Why the glob is refused, as the end of a sentence that starts with the glob; undefined where it is fine. */
export const globProblem = (glob: string): string | undefined => {
  const read = readGlob(glob);
  return read.status === 'broken' ? read.problem : undefined;
};
