// The GitStore: mirror, reader, inspection and push over one data directory.
import { createAskpass } from './askpass.ts';
import type { BoxGit } from './box-git.ts';
import type { GitStore } from './contract.ts';
import { createGit, type GitOptions } from './git-process.ts';
import { createInspect } from './inspect.ts';
import { createMirror, readRemoteRef } from './mirror.ts';
import { createMutex } from './mutex.ts';
import { createPush } from './push.ts';
import { createReader } from './reader.ts';
import { createRebase } from './rebase.ts';

export type GitStoreOptions = GitOptions &
  BoxGit & {
    /** Mirrors live in its folder `git`. An absolute path. */
    dataDir: string;
  };

export const createGitStore = (options: GitStoreOptions): GitStore => {
  const { dataDir } = options;
  const git = createGit(options);
  const reader = createReader(git, dataDir);
  const allowFile = options.allowFileProtocol ?? false;
  const tools = { git, dataDir, allowFile, askpass: createAskpass(dataDir), mutex: createMutex() };
  return {
    ...reader,
    mirror: createMirror(tools),
    remoteRef: (repo, auth, ref) => readRemoteRef(tools, repo, auth, ref),
    canInspect: () => options.sandbox.available(),
    inspect: createInspect({ git, reader, box: options }),
    rebase: createRebase({ git, reader, box: options }),
    commitAndPush: createPush(tools),
  };
};
