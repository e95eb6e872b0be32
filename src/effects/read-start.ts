// May this person start work on this issue as it is now? Reads the role, the issue, the default branch and its policy.
import { Retryable } from '../errors.ts';
import { priorityOf } from '../facts/priority.ts';
import { storeArtifact } from '../journal/artifact.ts';
import type { Effect } from './contract.ts';
import { branchRef, fetchRefs } from './gather/git-access.ts';
import { issueSnapshot } from './gather/issue-at.ts';
import { policyAt } from './gather/policy-at.ts';
import { withoutWrite } from './gather/without-write.ts';

export const readStart: Effect<'ReadStart'> = {
  async execute({ command, repository }, ports) {
    const { by, covers } = command;
    const [role, issue, base, lapsed] = await Promise.all([
      ports.reader.role(repository, by.login),
      ports.reader.issue(repository, command.issue),
      ports.reader.defaultBranch(repository),
      withoutWrite(ports, repository, command.consented),
    ]);
    const refs = await fetchRefs(ports, repository, [branchRef(base)]);
    const sha = refs[branchRef(base)];
    if (!sha) throw new Retryable(`the default branch ${base} has no commit yet`);
    const read = issue && issueSnapshot(issue);
    return {
      type: 'StartRead',
      by,
      covers,
      role,
      labeled: issue?.labels.includes('ai-ready') ?? false,
      labels: issue?.labels ?? [],
      policy: await policyAt(ports, repository, sha),
      base: { ref: base, sha },
      ...lapsed,
      ...(read && {
        issue: {
          ...read.snapshot,
          standing: {
            priority: priorityOf(issue.labels),
            ...(issue.blockers !== undefined && { blockers: issue.blockers }),
          },
        },
        body: await storeArtifact(ports.db, Buffer.from(read.body), 'text/markdown'),
      }),
    };
  },
};
