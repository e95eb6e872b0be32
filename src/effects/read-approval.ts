// Everything that an approval is judged by, read live: the comment, the person, the issue, the plan and its base.
import type { CommentView } from '../../adapters/github/contract.ts';
import { Permanent } from '../errors.ts';
import type { CommandGiven } from '../facts/comment.ts';
import type { Effect } from './contract.ts';
import { branchRef, fetchRefs } from './gather/git-access.ts';
import { issueSnapshot } from './gather/issue-at.ts';
import { planAt } from './gather/plan-at.ts';
import { livePolicy } from './gather/policy-at.ts';
import { withoutWrite } from './gather/without-write.ts';

/** It exists, was never edited, and was written by its sender and through no App. */
const isGenuine = (comment: CommentView | undefined, { by }: CommandGiven): boolean =>
  comment !== undefined && comment.author.id === by.id && comment.createdAt === comment.updatedAt && !comment.viaApp;

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
      genuine: isGenuine(comment, ask),
      head: head ?? '',
      base: { ref: command.base, sha: baseSha },
      policy: await livePolicy(ports, repository),
      ...(issue && { bodyDigest: issueSnapshot(issue).snapshot.bodyDigest, labels: issue.labels }),
      ...(plan && { plan }),
    };
  },
};

/** There is no plan yet: the comment, the person, the issue and the policy. */
export const readStartApproval: Effect<'ReadStartApproval'> = {
  async execute({ command: { ask, issue: number, consented }, repository }, ports) {
    const [role, comment, issue, policy, lapsed] = await Promise.all([
      ports.reader.role(repository, ask.by.login),
      ports.reader.comment(repository, ask.comment.id),
      ports.reader.issue(repository, number),
      livePolicy(ports, repository),
      withoutWrite(ports, repository, consented),
    ]);
    return {
      type: 'StartApprovalRead',
      ask,
      role,
      genuine: isGenuine(comment, ask),
      policy,
      ...lapsed,
      ...(issue && { bodyDigest: issueSnapshot(issue).snapshot.bodyDigest, labels: issue.labels }),
    };
  },
};
