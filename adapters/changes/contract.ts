// What the sweep asks of GitHub: what changed in a repository since, one page at a time, and what the limits say.
// Each call is one request and costs one point, unless it says otherwise; 'unchanged' (the ETag still holds) costs none.
// An ETag holds for the token it was given to, so each of our hourly tokens pays for every list once. Failures as in
// adapters/github/contract.ts. LISTS MAY LAG by seconds: whoever reads them on must overlap.
import type { Actor } from '../../src/facts/person.ts';
import type { Repository } from '../../src/facts/repository.ts';
import type { CommentView, IssueView, PullView, Time } from '../github/contract.ts';

/** `page` counts from 1, which is also what absent means. An `etag` is of the same question, word for word. */
export type Question = { since: Time; page?: number | undefined; etag?: string | undefined };
/** `next`: the number of the next page; undefined on the last one. */
export type Page<Row> = { rows: Row[]; next: number | undefined; etag: string | undefined };
export type Answer<Row> = Page<Row> | 'unchanged';

/** `issue` is the number of what it stands under, `onPull` says that this is a pull request. */
export type FoundComment = CommentView & { issue: number; onPull: boolean };

/** What GitHub keeps of who did what. `label` is set on labeled and unlabeled only. A deleted account is a bot. */
export type IssueEvent = { id: number; event: string; by: Actor; at: Time; label: string | undefined };

/** Of the hour that ends at `resetAt` (seconds since 1970), as the newest answer said. */
export type Quota = { limit: number; remaining: number; resetAt: number };

export type GitHubChanges = {
  /** Issues, and pull requests seen as issues, of any state that were updated at or after `since`, oldest update first. */
  issues(repo: Repository, question: Question): Promise<Answer<IssueView>>;
  /** Comments on issues and pull requests, updated at or after `since`, oldest update first. */
  comments(repo: Repository, question: Question): Promise<Answer<FoundComment>>;
  /** Pull requests of any state, NEWEST update first: GitHub knows no `since` here, so the reader stops at it. */
  pulls(repo: Repository, question: Question): Promise<Answer<PullView>>;
  /** Of an issue or pull request, oldest first, with how many points the pages cost. None where it is gone. */
  events(repo: Repository, issue: number): Promise<{ events: IssueEvent[]; points: number }>;
  /** Who changed the text of an issue last, and when; undefined where nobody did since it was opened. */
  lastEdit(repo: Repository, issue: number): Promise<{ by: Actor; at: Time } | undefined>;
  /** Asks nobody. Undefined before the first answer of that installation, or of the App itself, in this process. */
  quota(caller: number | 'app'): Quota | undefined;
};
