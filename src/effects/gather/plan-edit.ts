// An implementation may tick boxes of its plan and nothing else: the rest was approved, and later phases are told it.
import type { ChangedFile } from '../../../adapters/git/contract.ts';
import { type Message, message } from '../../facts/message.ts';
import { changeFolder } from '../../facts/plan.ts';
import type { Repository } from '../../facts/repository.ts';
import { maskTasks } from '../../intake/text/tasks.ts';
import type { Ports } from '../contract.ts';
import { gitRepo } from './git-access.ts';

const mostBytes = 262_144;

type GitPorts = { git: Pick<Ports['git'], 'readBlobs'>; serverUrl: string };

/** Why this is more than ticked boxes; undefined where it is not. */
export async function planEdit(
  ports: GitPorts,
  repository: Repository,
  changeId: string,
  files: readonly ChangedFile[],
): Promise<Message | undefined> {
  const folder = changeFolder(changeId);
  const own = files.filter(({ path, from }) => path.startsWith(folder) || from?.startsWith(folder));
  const edited: string[] = [];
  for (const file of own)
    if (file.path !== `${folder}tasks.md` || !(await onlyTicked(ports, repository, file))) edited.push(file.path);
  return edited.length > 0 ? message('bundle-plan-edited', { paths: edited.slice(0, 20).join(', ') }) : undefined;
}

async function onlyTicked(
  { git, serverUrl }: GitPorts,
  repository: Repository,
  { status, oldBlob, newBlob, newMode }: ChangedFile,
): Promise<boolean> {
  if (status !== 'modified' || newMode !== '100644' || oldBlob === null || newBlob === null) return false;
  const contents = await git.readBlobs(gitRepo({ serverUrl }, repository), [oldBlob, newBlob], mostBytes);
  const [before, after] = [oldBlob, newBlob].map((blob) => contents.get(blob)?.toString('utf8'));
  return before !== undefined && after !== undefined && maskTasks(before) === maskTasks(after);
}
