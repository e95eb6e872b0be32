// An issue that the sweep found changed, as the facts that its webhooks would have given. Who did it and when is taken from
// GitHub's record of events and edits; where that says nothing, nobody known did it, and such a fact starts nothing.
import type { IssueEvent } from '../../../adapters/changes/contract.ts';
import type { IssueView } from '../../../adapters/github/contract.ts';
import type { IssueSnapshot } from '../../facts/issue.ts';
import type { Actor } from '../../facts/person.ts';
import type { Repository } from '../../facts/repository.ts';
import { ticketStream } from '../../facts/stream.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Heard } from '../github/contract.ts';
import { readIssueText } from '../text/criteria.ts';
import { nobodyKnown } from './nobody-known.ts';

/** What the journal holds of an issue: facts of these kinds, oldest first. */
export type ToldOfIssue = TicketFactOf<
  'IssueLabeled' | 'IssueUnlabeled' | 'IssueEdited' | 'IssueClosed' | 'IssueReopened'
>;
type Edit = { by: Actor; at: string };

export const watchedLabels: readonly string[] = ['ai-ready', 'ai-hold'];

/** GitHub writes an event and its issue at nearly the same time: so many seconds may lie between what the two say. */
const sameSeconds = 2;

const digestOf = (issue: IssueView): string => readIssueText(issue).bodyDigest;

/** The text that the journal last heard of; undefined where it never did. */
const toldText = (told: readonly ToldOfIssue[]): string | undefined =>
  told.findLast((fact) => fact.type === 'IssueLabeled' || fact.type === 'IssueEdited')?.issue.bodyDigest;

/** Must it be asked who edited the text last? Where it is not what was heard, or where a new label may not cover it. */
export const asksForEditor = (issue: IssueView, told: readonly ToldOfIssue[], news: readonly IssueEvent[]): boolean => {
  const known = toldText(told);
  return (
    (known !== undefined && known !== digestOf(issue)) ||
    news.some(({ label, event, at }) => event === 'labeled' && label === 'ai-ready' && at < issue.updatedAt)
  );
};

/** The events that mean something to us, since `since`, and were not told before by a webhook or an earlier sweep. */
export const newsOf = (
  events: readonly IssueEvent[],
  told: readonly ToldOfIssue[],
  since: string,
): readonly IssueEvent[] =>
  events.filter(
    (event) =>
      event.at >= since &&
      typeOf(event) !== undefined &&
      !told.some((fact) => fact.type === typeOf(event) && isSame(fact, event)),
  );

const types: Readonly<Record<string, ToldOfIssue['type']>> = {
  labeled: 'IssueLabeled',
  unlabeled: 'IssueUnlabeled',
  closed: 'IssueClosed',
  reopened: 'IssueReopened',
};

const typeOf = ({ event, label }: IssueEvent): ToldOfIssue['type'] | undefined =>
  label !== undefined && !watchedLabels.includes(label) ? undefined : types[event];

const isSame = (fact: ToldOfIssue, event: IssueEvent): boolean =>
  fact.by.id === event.by.id &&
  (!('label' in fact) || fact.label === event.label) &&
  Math.abs(Date.parse(fact.at) - Date.parse(event.at)) <= sameSeconds * 1_000;

/** In order of time. The keys are those of the webhooks, so that one that comes late is a no-op. */
export function heardOfIssue(
  repository: Repository,
  issue: IssueView,
  {
    news,
    events,
    told,
    lastEdit,
  }: {
    news: readonly IssueEvent[];
    events: readonly IssueEvent[];
    told: readonly ToldOfIssue[];
    lastEdit: Edit | undefined;
  },
): Heard[] {
  const { criteria, bodyDigest } = readIssueText(issue);
  const now: IssueSnapshot = { title: issue.title.slice(0, 1_000), bodyDigest, criteria, state: issue.state };
  const edit = newestEdit(events, lastEdit);
  // The label covers the text of its own time, which nobody can read any more once it was edited: then it covers none.
  const asOf = (at: string): IssueSnapshot =>
    edit && edit.at >= at ? { ...now, bodyDigest: '0'.repeat(64), criteria: [] } : now;
  const facts = news.flatMap((event) => factOf(event, asOf(event.at)));
  const known = toldText([...told, ...facts.map(({ fact }) => fact)]);
  if (known !== undefined && known !== bodyDigest) {
    const { by, at } = edit ?? { by: nobodyKnown, at: issue.updatedAt };
    facts.push({ what: 'edited', at, text: bodyDigest, fact: { type: 'IssueEdited', by, at, issue: now } });
  }
  const stream = ticketStream(repository.id, issue.number);
  return facts
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ what, at, text, fact }) => ({
      to: 'stream',
      stream,
      repository,
      key: `${stream}/${what}@${at}/${text.slice(0, 12)}/${fact.by.id}`,
      fact,
    }));
}

/** A change of the title is an event; a change of the body is only known as the last one. */
const newestEdit = (events: readonly IssueEvent[], lastEdit: Edit | undefined): Edit | undefined =>
  [...events.filter(({ event }) => event === 'renamed'), ...(lastEdit ? [lastEdit] : [])].reduce<Edit | undefined>(
    (newest, one) => (newest && newest.at > one.at ? newest : one),
    undefined,
  );

type Told = { what: string; at: string; text: string; fact: ToldOfIssue };

function factOf({ event, by, at, label }: IssueEvent, issue: IssueSnapshot): Told[] {
  const told = (what: string, fact: Told['fact']): Told[] => [{ what, at, text: issue.bodyDigest, fact }];
  switch (event) {
    case 'labeled':
      return label === undefined ? [] : told(`labeled:${label}`, { type: 'IssueLabeled', label, by, at, issue });
    case 'unlabeled':
      return label === undefined ? [] : told(`unlabeled:${label}`, { type: 'IssueUnlabeled', label, by, at });
    case 'closed':
      return told('closed', { type: 'IssueClosed', by, at });
    case 'reopened':
      return told('reopened', { type: 'IssueReopened', by, at });
    default:
      return [];
  }
}
