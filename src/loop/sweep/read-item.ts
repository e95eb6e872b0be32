// What one changed row of a list means: read what else must be known, and append what nobody had told.

import type { FoundComment } from '../../../adapters/changes/contract.ts';
import type { IssueView, PullView } from '../../../adapters/github/contract.ts';
import type { PullState } from '../../decide/pull/state.ts';
import { aboutStreamId } from '../../facts/about.ts';
import type { Repository } from '../../facts/repository.ts';
import { pullStream, ticketStream } from '../../facts/stream.ts';
import { TicketObserved } from '../../facts/ticket.ts';
import { heardOfFound } from '../../intake/clock/found-comment.ts';
import {
  asksForEditor,
  heardOfIssue,
  newsOf,
  type ToldOfIssue,
  watchedLabels,
} from '../../intake/clock/found-issue.ts';
import { headerFromView, heardOfLook, heardOfReview, isNews } from '../../intake/clock/open-pulls.ts';
import { readStream } from '../../journal/stream.ts';
import type { Db } from '../../journal/tables.ts';
import type { Allowance } from './allowance.ts';
import { type SweepTools, tell } from './tools.ts';

/** How they read: false when the points are used up before everything is known. */
type Read<Row> = (tools: SweepTools, repository: Repository, row: Row, allowance: Allowance) => Promise<boolean>;

const kinds: readonly ToldOfIssue['type'][] = [
  'IssueLabeled',
  'IssueUnlabeled',
  'IssueEdited',
  'IssueClosed',
  'IssueReopened',
];

async function toldOf(db: Db, stream: string): Promise<ToldOfIssue[]> {
  const rows = await db
    .selectFrom('fact')
    .select('body')
    .where('stream', '=', stream)
    .where('type', 'in', kinds)
    .orderBy('id')
    .execute();
  return rows.map(({ body }) => TicketObserved.parse(body) as ToldOfIssue);
}

/** `since`: events before it were read by an earlier round. */
export const readIssue =
  (since: string): Read<IssueView> =>
  async (tools, repository, issue, allowance) => {
    const { changes, journal, log } = tools;
    if (issue.isPull) return true;
    const stream = ticketStream(repository.id, issue.number);
    const known = await readStream(journal.db, stream);
    if (!known && !issue.labels.some((label) => watchedLabels.includes(label))) return true;
    const told = await toldOf(journal.db, stream);
    if (!allowance.take()) return false;
    const { events, points } = await changes.events(repository, issue.number);
    allowance.add(points - 1);
    const news = newsOf(events, told, since);
    const asks = asksForEditor(issue, told, news);
    if (asks && !allowance.take()) return false;
    const lastEdit = asks ? await changes.lastEdit(repository, issue.number) : undefined;
    const found = await tell(tools, heardOfIssue(repository, issue, { news, events, told, lastEdit }));
    if (found > 0) log.info({ ...aboutStreamId(stream), facts: found }, 'the sweep found what no webhook had told');
    return true;
  };

export const readComment: Read<FoundComment> = async (tools, repository, comment) => {
  const { journal, self, log } = tools;
  const heard = await journal.db
    .selectFrom('fact')
    .select('id')
    .where('key', '=', `comment:${repository.id}/${comment.id}/0`)
    .executeTakeFirst();
  const facts = heardOfFound(repository, comment, { botId: self.botId, heard: heard !== undefined });
  const found = await tell(tools, facts);
  if (found > 0) log.info({ comment: comment.id, facts: found }, 'the sweep found a comment that no webhook had told');
  return true;
};

export const readPull: Read<PullView> = async (tools, repository, pull, allowance) => {
  if (!(await lookAt(tools, repository, pull, allowance))) return false;
  const stream = pullStream(repository.id, pull.number);
  if (pull.state === 'closed' || !(await readStream(tools.journal.db, stream))) return true;
  if (!allowance.take()) return false;
  const reviews = await tools.reader.reviews(repository, pull.number);
  await tell(
    tools,
    reviews.map((review) => heardOfReview(repository, pull.number, review)),
  );
  return true;
};

/** Tells how a pull request is, where the journal has it otherwise or not at all. */
export const lookAt: Read<PullView> = async (tools, repository, pull, allowance) => {
  const { journal, self, changes, log } = tools;
  const header = headerFromView(pull, repository.id, self.botId);
  const stream = pullStream(repository.id, pull.number);
  const row = await readStream(journal.db, stream);
  const known = (row?.state as PullState | null | undefined)?.header;
  if (!isNews(header, known)) return true;
  let by = pull.author;
  const telling = pull.state === 'closed' ? ['merged', 'closed'] : known?.state === 'closed' ? ['reopened'] : [];
  if (telling.length > 0) {
    if (!allowance.take()) return false;
    const { events, points } = await changes.events(repository, pull.number);
    allowance.add(points - 1);
    by = events.findLast(({ event }) => telling.includes(event))?.by ?? by;
  }
  if ((await tell(tools, [heardOfLook(repository, header, by)])) > 0)
    log.info(
      { ...aboutStreamId(stream), head: header.head.sha, state: header.state },
      'a pull request was found otherwise than known',
    );
  return true;
};
