// An agent's plan: an OpenSpec change plus `test-plan.json`, which says what may be touched and which tests prove what.
import { z } from 'zod';
import { LayerName } from './policy.ts';

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Name of the folder under openspec/changes/. */
export const ChangeId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'a change id is lower case words joined by "-"');
export type ChangeId = z.infer<typeof ChangeId>;

export const changeFolder = (changeId: ChangeId): string => `openspec/changes/${changeId}/`;

const planFile =
  /^openspec\/changes\/[a-z0-9][a-z0-9-]{0,79}\/(?:(?:proposal|design|tasks)\.md|test-plan\.json|\.openspec\.yaml|specs\/(?:[^/]+\/)+spec\.md)$/;

/** What a plan consists of; any other file in a change's folder is not part of what a reviewer approves as prose. */
export const isPlanFile = (path: string): boolean => planFile.test(path);

/** One acceptance criterion of the issue: plain text in which code keeps its backticks. Untrusted. */
export const Criterion = z.strictObject({
  id: z.string().regex(/^AC-[1-9]\d{0,2}$/),
  text: z.string().min(1).max(1_000),
});
export type Criterion = z.infer<typeof Criterion>;

/** A test that must exist and pass. `name`: the case's name, or the suite's and the case's joined by " > ". */
export const NamedTest = z.strictObject({ layer: LayerName, name: z.string().min(1).max(500) });
export type NamedTest = z.infer<typeof NamedTest>;

/** First match wins; the sentence follows the glob. */
const scopeProblems: readonly (readonly [RegExp, string])[] = [
  [/^\/|^[A-Za-z]:/, 'is absolute: write it relative to the repository root'],
  [/\\/, 'has a backslash: folders are separated by "/"'],
  [/(^|[/{,])\.{1,2}($|[/},])/, 'has a "." or ".." segment: write it out'],
  [/\/\/|\/$/, 'has an empty segment: write a folder as `src/**`'],
  [/^!|[!@+?*]\(/, 'is negated or has an extended pattern: list the files that are meant'],
  [/\{[^}]*[*?]|\{,|,,|,\}/, 'has a wildcard or nothing between braces: write several globs'],
  [/^[*?][^/]*\/|^[*?.]+\/|^[*?{},.]*$/, 'covers the whole repository: start with the name of a folder or file'],
];

/**
 * Why a glob may not be a plan's scope, or undefined where it may. The base digest covers exactly the files in scope and
 * a reviewer reads the scope as a promise, so one that covers the whole repository is refused.
 */
export const scopeProblem = (glob: string): string | undefined =>
  scopeProblems.find(([pattern]) => pattern.test(glob))?.[1];

/** A glob of the plan's scope: `*`, `?`, `**` as a whole segment, `{a,b}`; all else is literal (config/glob.ts). */
export const ScopeGlob = z
  .string()
  .min(1)
  .max(200)
  .superRefine((glob, context) => {
    const problem = scopeProblem(glob);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `"${glob}" ${problem}` });
  });

/** The file `test-plan.json` in the change's folder. */
export const TestPlan = z.strictObject({
  version: z.literal(1),
  scope: z
    .array(ScopeGlob)
    .min(1)
    .max(100)
    .describe('Globs of every file the change may touch outside its own folder.'),
  criteria: z
    .array(
      z.strictObject({
        id: Criterion.shape.id.describe('Id of a criterion of the issue.'),
        text: Criterion.shape.text,
        tests: z.array(NamedTest).min(1).max(50).describe('The tests that prove it, by the layer that runs them.'),
      }),
    )
    .min(1)
    .max(100),
});
export type TestPlan = z.infer<typeof TestPlan>;

/** More would be plans of their own: each phase is a run, its verification and a push. */
export const mostPhases = 20;

/** One `## n. Title` section of tasks.md that has tasks. The title is untrusted; the text is read where it is needed. */
export const PlanPhase = z.strictObject({ title: z.string().max(100), tasks: z.int().min(1) });
export type PlanPhase = z.infer<typeof PlanPhase>;

/** Which phase of how many something is about; `n` counts from 1. */
export const Phase = z.strictObject({
  n: z.int().min(1),
  of: z.int().min(2).max(mostPhases),
  title: PlanPhase.shape.title,
});
export type Phase = z.infer<typeof Phase>;

/** What `openspec validate --strict` said, run on the runner in a fresh box. */
export const PlanValidation = z.strictObject({ valid: z.boolean(), problems: z.array(z.string().max(500)).max(50) });
export type PlanValidation = z.infer<typeof PlanValidation>;

/**
 * A plan as it stands at `commit`. `digest` is the plan digest and `baseDigest` the digest of what the plan was made
 * against (trust.md 13). `scope` and `criteria` come from test-plan.json but are judged by checks, hence looser here.
 * `files` are the files of the change's folder with their git blob ids, sorted by path.
 */
export const PlanSnapshot = z.strictObject({
  changeId: ChangeId,
  commit: sha,
  digest,
  baseDigest: digest,
  baseRef: z.string(),
  scope: z.array(z.string().max(200)).max(100),
  criteria: z
    .array(z.strictObject({ id: z.string().max(20), text: z.string().max(1_000), tests: z.array(NamedTest).max(50) }))
    .max(100),
  validation: PlanValidation,
  /** In order. Absent where tasks.md has fewer than two: then the whole of it is one run. */
  phases: z.array(PlanPhase).min(2).max(mostPhases).optional(),
  files: z.array(z.strictObject({ path: z.string(), blob: sha })),
});
export type PlanSnapshot = z.infer<typeof PlanSnapshot>;
