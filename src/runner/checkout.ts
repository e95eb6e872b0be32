// A commit of the mirror in a fresh folder, written by git in a box.
import type { HeldFile } from '../../adapters/git/contract.ts';
import { Permanent, Retryable } from '../errors.ts';
import type { RunContext } from './context.ts';

type Context = Pick<RunContext, 'place' | 'store' | 'workspaces' | 'repo' | 'secondsLeft'>;

/** `name` becomes the folder's; answers its path. With a `.git` of ours, since many tools want one. */
export async function checkOut(
  context: Context,
  commit: string,
  name: string,
  held: readonly HeldFile[] = [],
): Promise<string> {
  const { place, store, workspaces, repo, secondsLeft } = context;
  const workspace = await place.folder(name);
  const done = await workspaces.checkout({
    bare: store.directory(repo),
    commit,
    workspace,
    held,
    repository: true,
    seconds: Math.max(1, Math.min(600, secondsLeft())),
  });
  if (done.ok) return workspace;
  throw done.reason === 'timeout' ? new Retryable(done.detail) : new Permanent(done.detail);
}
