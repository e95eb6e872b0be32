// Decides for each changed file whether the plan's scope covers it and which protected glob it hits. Used while gathering.
import { Bug } from '../errors.ts';
import type { ChangedFile } from '../facts/pull-snapshot.ts';
import { readGlob } from './glob.ts';

/** Never changed by an agent, whatever the policy says: workflows, the policy itself, and what steers git. */
export const alwaysProtected: readonly string[] = ['.github/**', '**/.git*', '**/.git*/**'];

/** Some file systems ignore these characters and fold case, so `.Git\u200chub` would be checked out as `.github`. */
const asFileSystemsFold = (path: string): string =>
  path.normalize('NFC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');

export type Membership = Pick<ChangedFile, 'inScope' | 'protectedBy'>;

/**
 * `scope`: the plan's globs; one that cannot be read covers nothing. `protectedGlobs`: the policy's, already validated by
 * readPolicy. Both paths of a rename must be in scope, and either one can be protected.
 */
export const classifyPaths = (globs: { scope: readonly string[]; protectedGlobs: readonly string[] }) => {
  const scope = globs.scope.flatMap((glob) => {
    const read = readGlob(glob);
    return read.status === 'ok' ? [read.matches] : [];
  });
  const guards = [...alwaysProtected, ...globs.protectedGlobs].map((glob) => {
    const read = readGlob(glob, { ignoreCase: true });
    if (read.status === 'broken')
      throw new Bug(`protected glob "${glob}" ${read.problem}; the policy was not validated`);
    return { glob, matches: read.matches };
  });
  return (file: Pick<ChangedFile, 'path' | 'from'>): Membership => {
    const paths = file.from === undefined ? [file.path] : [file.path, file.from];
    const protectedBy = guards.find(({ matches }) => paths.some((path) => matches(asFileSystemsFold(path))))?.glob;
    const inScope = paths.every((path) => scope.some((matches) => matches(path)));
    return { inScope, ...(protectedBy === undefined ? {} : { protectedBy }) };
  };
};
