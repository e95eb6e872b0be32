// Our own commit on an inspected tree, pushed to exactly one ref under refs/heads/gantry/ (trust.md 3).
import { Retryable } from '../../src/errors.ts';
import type { CommitAndPush, Identity, PushOutcome } from './contract.ts';
import { ensureMirror, type MirrorTools, readRemoteRef } from './mirror.ts';
import { gantryBranch, remoteUrl, sha } from './names.ts';

const identity = (role: 'AUTHOR' | 'COMMITTER', { name, email, at }: Identity): Record<string, string> => ({
  [`GIT_${role}_NAME`]: name,
  [`GIT_${role}_EMAIL`]: email,
  [`GIT_${role}_DATE`]: `@${Math.trunc(at)} +0000`,
});

const commit = async (tools: MirrorTools, directory: string, request: CommitAndPush): Promise<string> => {
  const signing = request.signingKey === undefined ? [] : [`-S${request.signingKey}`];
  const args = [
    'commit-tree',
    ...signing,
    ...request.parents.flatMap((parent) => ['-p', sha(parent)]),
    sha(request.tree),
  ];
  const output = await tools.git.read({
    directory,
    args,
    input: request.message,
    env: {
      ...identity('AUTHOR', request.author),
      ...identity('COMMITTER', request.committer),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'gpg.format',
      GIT_CONFIG_VALUE_0: 'ssh',
    },
  });
  return sha(output.toString('utf8').trim());
};

/** The remote's own line about our one ref, when it refused it: `!<tab>from:to<tab>summary`. */
const refusal = (porcelain: string): string | undefined =>
  porcelain
    .split('\n')
    .find((line) => line.startsWith('!\t'))
    ?.split('\t')[2];

const commitAndPush = async (tools: MirrorTools, request: CommitAndPush): Promise<PushOutcome> => {
  const target = `refs/heads/${gantryBranch(request.branch)}`;
  const expected = request.expect === null ? '' : sha(request.expect);
  const url = remoteUrl(request.repo, tools.allowFile);
  const directory = await ensureMirror(tools, request.repo);
  const ours = await commit(tools, directory, request);
  const args = ['push', '--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no'];
  const lease = `--force-with-lease=${target}:${expected}`;
  const pushed = await tools.git.run({
    directory,
    args: [...args, lease, '--', url, `${ours}:${target}`],
    env: await tools.askpass(request.auth),
    seconds: 300,
  });
  if (pushed.code === 0) return { ok: true, sha: ours };
  const line = refusal(pushed.stdout.toString('utf8'));
  // What the remote holds now tells more than any message: ours arrived, somebody else's did, or it was refused.
  const at = await readRemoteRef(tools, request.repo, request.auth, target);
  if (at === ours) return { ok: true, sha: ours };
  if (at !== request.expect) {
    return { ok: false, reason: 'branch_moved', detail: `${request.branch} is not where it was read.`, at };
  }
  const said = `${line ?? ''} ${pushed.stderr}`.trim().slice(-1_000);
  if (line !== undefined) return { ok: false, reason: 'refused', detail: said };
  throw new Retryable(`git push failed: ${said}`);
};

export const createPush =
  (tools: MirrorTools): ((request: CommitAndPush) => Promise<PushOutcome>) =>
  (request) =>
    tools.mutex(request.repo.id, () => commitAndPush(tools, request));
