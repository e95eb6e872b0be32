// Everything that an approval is judged by, read live: the comment, the person, the issue, the plan and its base.
import { Permanent } from '../errors.ts';
import type { Effect } from './contract.ts';
import { branchRef, fetchRefs } from './gather/git-access.ts';
import { issueSnapshot } from './gather/issue-at.ts';
import { planAt } from './gather/plan-at.ts';
import { livePolicy } from './gather/policy-at.ts';

export const readApproval: Effect<'ReadApproval'> = {
  async execute({ command, repository }, ports) {
    const { ask } = command;
    const [role, comment, issue] = await Promise.all([
      ports.reader.role(repository, ask.by.login),
      ports.reader.comment(repository, ask.comment.id),
      ports.reader.issue(repository, command.issue),
    ]);
    const branch = branchRef(command.branch);
    const base = branchRef(command.base);
    const refs = await fetchRefs(ports, repository, [branch, base]);
    const head = refs[branch];
    const baseSha = refs[base];
    if (!baseSha) throw new Permanent(`the base branch ${command.base} is gone`);
    const plan =
      head &&
      (await planAt(ports, repository, {
        changeId: command.changeId,
        commit: head,
        base: { ref: command.base, sha: baseSha },
      }));
    return {
      type: 'ApprovalRead',
      ask,
      role,
      genuine:
        comment !== undefined &&
        comment.author.id === ask.by.id &&
        comment.createdAt === comment.updatedAt &&
        !comment.viaApp,
      head: head ?? '',
      base: { ref: command.base, sha: baseSha },
      policy: await livePolicy(ports, repository),
      ...(issue && { bodyDigest: issueSnapshot(issue).snapshot.bodyDigest, labels: issue.labels }),
      ...(plan && { plan }),
    };
  },
};
