// A plan as it stands at a commit: its files, what test-plan.json says, whether it is a valid OpenSpec change, its digests.
import type { TreeEntry } from '../../../adapters/git/contract.ts';
import { changeFolder, mostPhases, type PlanSnapshot, type PlanValidation } from '../../facts/plan.ts';
import type { Repository } from '../../facts/repository.ts';
import { planDigest, readTestPlan } from '../../intake/text/plan.ts';
import { readPhases } from '../../intake/text/tasks.ts';
import type { Ports } from '../contract.ts';
import { baseDigest } from './base-digest.ts';
import { gitRepo } from './git-access.ts';

type PlanPorts = Pick<Ports, 'git' | 'openspec' | 'serverUrl'>;

const mostFiles = 200;
const mostBytes = 262_144;

/** Undefined where the change's folder is gone. `base` is the commit of the base branch that the mirror holds. */
export async function planAt(
  ports: PlanPorts,
  repository: Repository,
  at: { changeId: string; commit: string; base: { ref: string; sha: string } },
): Promise<PlanSnapshot | undefined> {
  const repo = gitRepo(ports, repository);
  const folder = changeFolder(at.changeId);
  const tree = await ports.git.listTree(repo, at.commit);
  const files = tree.filter(({ path }) => path.startsWith(folder));
  if (files.length === 0) return undefined;

  const contents = await ports.git.readBlobs(
    repo,
    [...new Set(tree.filter(({ path }) => path.startsWith('openspec/')).map(({ blob }) => blob))],
    mostBytes,
  );
  const textOf = (name: string) =>
    contents.get(files.find(({ path }) => path === folder + name)?.blob ?? '')?.toString('utf8');
  const testPlan = readTestPlan(textOf('test-plan.json') ?? '');
  const scope = testPlan.status === 'ok' ? testPlan.plan.scope : [];
  const paths = files.map(({ path }) => path);
  const phases = readPhases(textOf('tasks.md') ?? '').map(({ title, tasks }) => ({ title, tasks }));
  return {
    changeId: at.changeId,
    commit: at.commit,
    digest: planDigest(
      files.map(({ path, blob }) =>
        path === `${folder}tasks.md` ? { path, content: textOf('tasks.md') ?? '' } : { path, blob },
      ),
    ),
    baseDigest: baseDigest(await ports.git.listTree(repo, at.base.sha), { scope, changed: paths }),
    baseRef: at.base.ref,
    scope,
    criteria: testPlan.status === 'ok' ? testPlan.plan.criteria : [],
    validation: await validation(ports, at.changeId, tree, files, contents, [
      ...(testPlan.status === 'ok' ? [] : testPlan.problems),
      ...phaseProblems(phases.length),
    ]),
    ...(phases.length > 1 && { phases: phases.slice(0, mostPhases) }),
    files: files.map(({ path, blob }) => ({ path, blob })),
  };
}

const phaseProblems = (count: number): string[] =>
  count > mostPhases
    ? [`tasks.md has ${count} phases, and at most ${mostPhases} are run one by one: join some, or split the change`]
    : [];

async function validation(
  { openspec }: PlanPorts,
  changeId: string,
  tree: readonly TreeEntry[],
  files: readonly TreeEntry[],
  contents: ReadonlyMap<string, Buffer>,
  problems: readonly string[],
): Promise<PlanValidation> {
  const strange = files.find(({ mode, blob }) => !mode.startsWith('100') || !contents.has(blob));
  if (strange)
    return {
      valid: false,
      problems: [`${strange.path} is not a plain file of at most ${mostBytes} bytes`.slice(0, 500)],
    };
  if (files.length > mostFiles)
    return { valid: false, problems: [`the change has ${files.length} files, at most ${mostFiles} are read`] };
  const folder = changeFolder(changeId);
  const shown = tree.filter(
    ({ path, mode }) => mode.startsWith('100') && (path.startsWith(folder) || /^openspec\/(specs\/|[^/]+$)/.test(path)),
  );
  const said = await openspec.validate(
    changeId,
    shown.flatMap(({ path, blob }) => {
      const bytes = contents.get(blob);
      return bytes ? [{ path, bytes }] : [];
    }),
  );
  return { valid: said.valid && problems.length === 0, problems: [...problems, ...said.problems].slice(0, 50) };
}

/** The one change that these paths belong to; undefined where there is none, or where any path lies elsewhere. */
export function changeIdOf(paths: readonly string[]): string | undefined {
  const ids = new Set(paths.map((path) => /^openspec\/changes\/([a-z0-9][a-z0-9-]{0,79})\/./.exec(path)?.[1]));
  const [id] = ids;
  return ids.size === 1 && id !== 'archive' ? id : undefined;
}
