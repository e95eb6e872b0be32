// Judges what a runner handed in before anything is done with it: its form (in a box), and where it may write.
import type { ChangedFile, Inspection } from '../../adapters/git/contract.ts';
import { classifyPaths } from '../config/paths.ts';
import type { CommandOf } from '../decide/command.ts';
import { type Message, message } from '../facts/message.ts';
import { changeFolder, isPlanFile } from '../facts/plan.ts';
import type { Repository } from '../facts/repository.ts';
import { readArtifact } from '../journal/artifact.ts';
import type { Effect, Ports } from './contract.ts';
import { findSecrets } from './gather/find-secrets.ts';
import { fetchRefs, gitRepo } from './gather/git-access.ts';
import { inspectionLimits } from './gather/inspected-tree.ts';
import { changeIdOf } from './gather/plan-at.ts';
import { planEdit } from './gather/plan-edit.ts';

const shownPaths = 20;
/** What is read for credentials; the limits above keep what changed below it. */
const mostDiffBytes = 100_000_000;

export const inspectBundle: Effect<'InspectBundle'> = {
  async execute({ command, repository }, ports) {
    const { run, start } = command;
    const stored = await readArtifact(ports.db, command.artifact);
    if (!stored)
      return { type: 'BundleRefused', run, why: message('bundle-corrupt', { detail: 'the stored bundle is gone' }) };
    await fetchRefs(ports, repository, [], [start]);
    const inspected = await ports.git.inspect({
      repo: gitRepo(ports, repository),
      bundle: stored.bytes,
      start,
      limits: inspectionLimits,
    });
    const refused = (why: Message) =>
      ({ type: 'BundleRefused', run, why: { ...why, data: { ...why.data, kept: command.artifact } } }) as const;
    if (!inspected.ok) return refused(message(`bundle-${inspected.reason}`, { detail: inspected.detail }));
    const why =
      placeProblem(command, inspected) ??
      (await editProblem(ports, repository, command, inspected.files)) ??
      (await secretProblem(ports, repository, start, inspected.tree));
    return why ? refused(why) : { type: 'BundleInspected', run, tree: inspected.tree, files: inspected.files.length };
  },
};

/** A plan writes its own change and nothing else; an implementation stays in the plan's scope and off protected paths. */
export function placeProblem(
  { stage, changeId, scope, protected: guards }: CommandOf<'InspectBundle'>,
  { files }: Extract<Inspection, { ok: true }>,
): Message | undefined {
  const paths = files.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
  if (stage === 'plan') {
    if (paths.length === 0) return message('bundle-no-plan');
    const foreign = files.filter((file) => !isPlainPlanFile(file)).map(({ path }) => path);
    if (foreign.length === 0 && changeIdOf(paths) !== undefined) return undefined;
    return message('bundle-plan-only', { paths: shown(foreign.length > 0 ? foreign : paths) });
  }
  const classify = classifyPaths({ scope, protectedGlobs: guards });
  const own = changeId === undefined ? undefined : changeFolder(changeId);
  const judged = files.map((file) => ({ path: file.path, ...classify(file) }));
  const forbidden = judged.filter(({ protectedBy }) => protectedBy !== undefined);
  if (forbidden.length > 0) return message('bundle-protected', { paths: shown(forbidden.map(({ path }) => path)) });
  const outside = judged.filter(({ path, inScope }) => !inScope && !(own !== undefined && path === `${own}tasks.md`));
  return outside.length > 0
    ? message('bundle-out-of-scope', { paths: shown(outside.map(({ path }) => path)) })
    : undefined;
}

/** A plan run starts from the base, so there is nothing of its own that it could take away or move. */
const isPlainPlanFile = ({ path, status, newMode }: ChangedFile): boolean =>
  (status === 'added' || status === 'modified') && newMode === '100644' && isPlanFile(path);

const editProblem = async (
  ports: Ports,
  repository: Repository,
  { stage, changeId }: CommandOf<'InspectBundle'>,
  files: readonly ChangedFile[],
): Promise<Message | undefined> =>
  stage === 'plan' || changeId === undefined ? undefined : planEdit(ports, repository, changeId, files);

/** Once pushed, a credential is out: it is looked for before there is a ref. */
export async function secretProblem(
  ports: { git: Pick<Ports['git'], 'readTextDiff'>; serverUrl: string },
  repository: Repository,
  start: string,
  tree: string,
): Promise<Message | undefined> {
  const { lines, skipped } = await ports.git.readTextDiff(gitRepo(ports, repository), start, tree, mostDiffBytes);
  const unread = skipped.filter(({ why }) => why === 'too_large').map(({ path }) => path);
  if (unread.length > 0) {
    const detail = `More than ${mostDiffBytes} bytes to search for credentials; not read: ${shown(unread)}.`;
    return message('bundle-too_large', { detail });
  }
  const found = await findSecrets(lines);
  return found.length > 0
    ? message('bundle-secrets', { paths: shown(found.map(({ path, line, rule }) => `${path}:${line} (${rule})`)) })
    : undefined;
}

const shown = (paths: readonly string[]): string =>
  paths.slice(0, shownPaths).join(', ') + (paths.length > shownPaths ? ` and ${paths.length - shownPaths} more` : '');
