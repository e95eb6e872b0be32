// How urgent a ticket is and what it waits for, as GitHub says now.
import type { GitHubReader, IssueView } from '../../../adapters/github/contract.ts';
import { type Priority, priorityOf, usualPriority } from '../../facts/priority.ts';
import type { Repository } from '../../facts/repository.ts';
import { readBlockers } from '../../intake/text/blockers.ts';

type Reader = Pick<GitHubReader, 'issue' | 'blockedBy'>;

/** `blockedBy`: open issues, as `owner/name#12`. An issue that is gone has the usual priority and waits for nothing. */
export async function standingOf(
  reader: Reader,
  repository: Repository,
  number: number,
): Promise<{ priority: Priority; blockedBy: string[] }> {
  const issue = await reader.issue(repository, number);
  if (!issue) return { priority: usualPriority, blockedBy: [] };
  return { priority: priorityOf(issue.labels), blockedBy: await blockersOf(reader, repository, issue) };
}

async function blockersOf(reader: Reader, repository: Repository, issue: IssueView): Promise<string[]> {
  if (issue.blockers === 0) return [];
  const known = await reader.blockedBy(repository, issue.number);
  if (known)
    return known.filter(({ state }) => state === 'open').map((one) => `${one.repository}#${one.number}`.toLowerCase());
  // The server knows no dependencies: then the text says them.
  const open: string[] = [];
  for (const number of readBlockers(issue.body)) {
    if (number !== issue.number && (await reader.issue(repository, number))?.state === 'open')
      open.push(`${repository.owner}/${repository.name}#${number}`.toLowerCase());
  }
  return open;
}
