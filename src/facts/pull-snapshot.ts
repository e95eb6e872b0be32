// Everything checks may know about a pull request at one head. Gathered by effects/gather-pull.ts, judged without I/O.
import { z } from 'zod';
import { Criterion, PlanSnapshot } from './plan.ts';
import { LayerName, PolicyRead } from './policy.ts';
import { LayerResult } from './run.ts';

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
/** The read was tried and failed. Never to be taken for "none". */
const unreadable = z.literal('unreadable');

/**
 * One changed file, base to head. `from`: the old path of a rename or copy. Modes as git writes them (`100644`,
 * `120000` a symlink, `160000` a submodule), absent where unknown. `inScope` and `protectedBy` (the glob that matched) are
 * computed while gathering by config/paths.ts over `path` and `from`; without a plan nothing is in scope.
 */
export const ChangedFile = z.strictObject({
  path: z.string().min(1),
  from: z.string().optional(),
  status: z.enum(['added', 'modified', 'removed', 'renamed', 'copied', 'changed']),
  oldMode: z.string().optional(),
  newMode: z.string().optional(),
  inScope: z.boolean(),
  protectedBy: z.string().optional(),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

/** Where a credential was seen and by which rule; the secret itself never leaves the scanner. */
export const SecretFinding = z.strictObject({ path: z.string(), line: z.int().min(1), rule: z.string() });
export type SecretFinding = z.infer<typeof SecretFinding>;

/** Who made the pull request: Gantry, people (or other bots) on a branch of the repository, or a fork. */
export const PullKind = z.enum(['gantry', 'people', 'fork']);
export type PullKind = z.infer<typeof PullKind>;

export const PullSnapshot = z.strictObject({
  head: sha,
  /** `governed`: the base is the default branch, or one that the organisation floor lists (trust.md 12). */
  base: z.strictObject({ ref: z.string(), sha, governed: z.boolean() }),
  kind: PullKind,
  /** The policy of the default branch. */
  policy: PolicyRead,
  /** Present when the head changes `.github/harness.yml`: that file, judged for annotations and never obeyed. */
  editedPolicy: PolicyRead.optional(),
  files: z.union([z.array(ChangedFile), unreadable]),
  /** Lines that the head adds; absent where they were not counted. */
  added: z.int().min(0).optional(),
  /** Absent: no readable plan in the head. */
  plan: PlanSnapshot.optional(),
  /** Criteria of the issue as the work was started with; empty for a pull request without an issue. */
  criteria: z.union([z.array(Criterion), unreadable]),
  secrets: z.union([z.array(SecretFinding), unreadable]),
  /** Layer commands that the repository's files suggest; only gathered for our work where the policy names no layer. */
  detected: z.partialRecord(LayerName, z.string()).optional(),
  /** Results of the verification layers and the head they belong to. Absent: none came in yet. */
  evidence: z.strictObject({ head: sha, layers: z.array(LayerResult) }).optional(),
});
export type PullSnapshot = z.infer<typeof PullSnapshot>;
