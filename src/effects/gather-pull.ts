// Fills the snapshot that checks judge: what changed between base and head, who may have written it, what it leaks.
import type { ChangedFile as GitFile } from '../../adapters/git/contract.ts';
import { classifyPaths } from '../config/paths.ts';
import { Permanent } from '../errors.ts';
import type { PolicyRead } from '../facts/policy.ts';
import type { ChangedFile, PullSnapshot } from '../facts/pull-snapshot.ts';
import type { Effect } from './contract.ts';
import { detectLayers } from './gather/detect-layers.ts';
import { findSecrets } from './gather/find-secrets.ts';
import { branchRef, fetchRefs, gitRepo } from './gather/git-access.ts';
import { policyAt, policyPath } from './gather/policy-at.ts';

/** What is read for secrets; more than this reads as unreadable, which blocks. */
const mostDiffBytes = 20_000_000;

export const gatherPull: Effect<'GatherPull'> = {
  async execute({ command, repository }, ports) {
    const { head, plan } = command;
    const main = await ports.reader.defaultBranch(repository);
    const refs = await fetchRefs(
      ports,
      repository,
      [branchRef(main), branchRef(command.base), `refs/pull/${command.pull}/head`],
      [head],
    );
    const mainSha = refs[branchRef(main)];
    const baseSha = refs[branchRef(command.base)];
    if (!mainSha || !baseSha) throw new Permanent(`the branch ${mainSha ? command.base : main} is gone`);
    const repo = gitRepo(ports, repository);
    const policy = await policyAt(ports, repository, mainSha);
    const from = await ports.git.mergeBase(repo, baseSha, head);
    const files = from ? await ports.git.changedFiles(repo, from, head) : undefined;
    const lines = from ? await ports.git.readTextDiff(repo, from, head, mostDiffBytes) : undefined;
    const tooLarge = lines?.skipped.some(({ why }) => why === 'too_large') ?? true;
    const snapshot: PullSnapshot = {
      head,
      base: { ref: command.base, sha: baseSha, governed: command.base === main },
      kind: command.origin,
      policy,
      files: files ? classified(files, policy, plan?.scope ?? []) : 'unreadable',
      criteria: command.criteria,
      secrets: lines && !tooLarge ? await findSecrets(lines.lines) : 'unreadable',
      ...(plan && { plan }),
      ...(lines && !tooLarge && { added: lines.lines.length }),
      ...(command.origin === 'gantry' &&
        namesNoLayer(policy) && { detected: await detectLayers(ports, repository, mainSha) }),
      ...(files?.some(({ path }) => path === policyPath) && { editedPolicy: await policyAt(ports, repository, head) }),
    };
    return { type: 'PullGathered', head, snapshot };
  },
};

const namesNoLayer = (policy: PolicyRead): boolean =>
  policy.status === 'absent' || (policy.status === 'ok' && Object.keys(policy.policy.layers).length === 0);

function classified(files: readonly GitFile[], policy: PolicyRead, scope: readonly string[]): ChangedFile[] {
  const classify = classifyPaths({ scope, protectedGlobs: policy.status === 'ok' ? policy.policy.protected : [] });
  return files.map((file) => ({
    path: file.path,
    status: file.status === 'type' ? 'changed' : file.status,
    ...(file.from !== undefined && { from: file.from }),
    ...(file.oldMode !== null && { oldMode: file.oldMode }),
    ...(file.newMode !== null && { newMode: file.newMode }),
    ...classify(file),
  }));
}
