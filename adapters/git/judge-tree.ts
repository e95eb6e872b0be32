// Compares the listing of a bundle's tree with its base: what changed, and whether each change may be there at all.
import type { InspectLimits, TreeEntry } from './contract.ts';
import { findCaseCollision, judgePath } from './path-rule.ts';
import { type Refused, refuse } from './refusal.ts';

/** One line of `ls-tree`; the path as bytes, because names need not be text. */
export type ListedEntry = { mode: string; blob: string; path: Buffer };

export type JudgedTree = {
  ok: true;
  /** New or changed entries. */
  changed: readonly ListedEntry[];
  /** Every symbolic link of the tree, path → blob. */
  links: ReadonlyMap<string, string>;
  changedLinks: ReadonlySet<string>;
};

const files = new Set(['100644', '100755', '120000']);

const judgeEntry = (entry: ListedEntry, limits: InspectLimits): Refused | null => {
  const shown = JSON.stringify(entry.path.toString('utf8').slice(0, 200));
  if (entry.mode === '160000') return refuse('submodule', `${shown} is a repository inside the repository.`);
  if (!files.has(entry.mode)) return refuse('bad_mode', `${shown} has mode ${entry.mode}.`);
  const path = judgePath(entry.path, limits.depth);
  return path === null ? null : refuse(path.reason, path.detail);
};

export const judgeTree = (
  base: readonly TreeEntry[],
  head: readonly ListedEntry[],
  limits: InspectLimits,
): JudgedTree | Refused => {
  const before = new Map(base.map(({ path, mode, blob }) => [path, `${mode} ${blob}`]));
  const changed: ListedEntry[] = [];
  const links = new Map<string, string>();
  const changedLinks = new Set<string>();
  let kept = 0;
  for (const entry of head) {
    const path = entry.path.toString('utf8');
    const isLink = entry.mode === '120000';
    if (isLink) links.set(path, entry.blob);
    const old = before.get(path);
    if (old !== undefined) kept += 1;
    if (old === `${entry.mode} ${entry.blob}`) continue;
    const refused = judgeEntry(entry, limits);
    if (refused !== null) return refused;
    changed.push(entry);
    if (isLink) changedLinks.add(path);
  }
  const removed = Math.max(0, base.length - kept);
  if (changed.length + removed > limits.files) {
    return refuse('too_many_files', `${changed.length + removed} files changed, ${limits.files} are allowed.`);
  }
  const after = head.map(({ path }) => path.toString('utf8'));
  const collision = findCaseCollision(before.keys(), after);
  if (collision !== null) {
    const [one, other] = collision.map((path) => JSON.stringify(path.slice(0, 200)));
    return refuse('case_collision', `${one} and ${other} differ only in case.`);
  }
  return { ok: true, changed, links, changedLinks };
};
