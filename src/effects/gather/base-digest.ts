// What a plan was made against: the files in its scope, the policy, the workflows and the specs it touches (trust.md 13).
import { createHash } from 'node:crypto';
import type { TreeEntry } from '../../../adapters/git/contract.ts';
import { readGlob } from '../../config/glob.ts';
import { policyPath } from './policy-at.ts';

/** SHA-256 over path, mode and blob of each covered file, so an addition or removal shows as well. */
export function baseDigest(
  tree: readonly TreeEntry[],
  plan: { scope: readonly string[]; changed: readonly string[] },
): string {
  const globs = plan.scope.flatMap((glob) => {
    const read = readGlob(glob);
    return read.status === 'ok' ? [read.matches] : [];
  });
  const specs = touchedSpecs(plan.changed);
  const covers = (path: string) =>
    path === policyPath ||
    path.startsWith('.github/workflows/') ||
    specs.some((folder) => path.startsWith(folder)) ||
    globs.some((matches) => matches(path));
  const hash = createHash('sha256');
  const covered = tree.filter(({ path }) => covers(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, mode, blob } of covered) hash.update(`${path}\0${mode}\0${blob}\0`);
  return hash.digest('hex');
}

/** `openspec/changes/<id>/specs/<capability>/…` touches `openspec/specs/<capability>/`. */
const touchedSpecs = (paths: readonly string[]): string[] =>
  paths.flatMap((path) => {
    const capability = /^openspec\/changes\/[^/]+\/specs\/(.+)\/[^/]+$/.exec(path)?.[1];
    return capability ? [`openspec/specs/${capability}/`] : [];
  });
