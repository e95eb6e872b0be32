// An issue as it is on GitHub now: what it is bound by, and what agents may read of it.
import type { IssueView } from '../../../adapters/github/contract.ts';
import type { IssueSnapshot } from '../../facts/issue.ts';
import { readIssueText } from '../../intake/text/criteria.ts';

export function issueSnapshot(issue: Pick<IssueView, 'title' | 'body' | 'state'>): {
  snapshot: IssueSnapshot;
  body: string;
} {
  const { criteria, bodyDigest, body } = readIssueText(issue);
  return { snapshot: { title: issue.title.slice(0, 1_000), bodyDigest, criteria, state: issue.state }, body };
}
