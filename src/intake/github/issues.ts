// issues: the label that starts, the edits that withdraw, the close that stops.
import { z } from 'zod';
import type { IssueSnapshot } from '../../facts/issue.ts';
import { priorityOfLabel } from '../../facts/priority.ts';
import { ticketStream } from '../../facts/stream.ts';
import type { TicketFact } from '../../facts/ticket.ts';
import { readIssueText } from '../text/criteria.ts';
import { actorOf, Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({
  action: z.string(),
  issue: z.object({
    number: z.int(),
    title: z.string(),
    body: z.string().nullable(),
    state: z.string(),
    updated_at: z.string(),
  }),
  label: z.object({ name: z.string() }).optional(),
});
type Payload = z.infer<typeof Payload>;

const watched = ['ai-ready', 'ai-hold'];

export const issues: Intake = {
  event: 'issues',
  actions: ['labeled', 'unlabeled', 'edited', 'closed', 'reopened'],
  translate(value) {
    const payload = Payload.parse(value);
    const fact = factOf(payload);
    if (!fact) return [];
    const { repository, issue, action, label } = payload;
    const stream = ticketStream(repository.id, issue.number);
    const what = label ? `${action}:${label.name}` : action;
    // An issue is edited, labelled and closed many times: only its updated_at tells one from the next, in whole seconds.
    const text = issueOf(payload).bodyDigest.slice(0, 12);
    const key = `${stream}/${what}@${issue.updated_at}/${text}/${payload.sender.id}`;
    return [{ to: 'stream', stream, repository: repositoryOf(payload), key, fact }];
  },
};

function factOf(payload: Payload): TicketFact | undefined {
  const by = actorOf(payload.sender);
  const at = payload.issue.updated_at;
  const label = payload.label?.name;
  switch (payload.action) {
    case 'labeled':
      if (label !== undefined && priorityOfLabel(label)) return { type: 'PriorityChanged', label, by, at };
      return label !== undefined && watched.includes(label)
        ? { type: 'IssueLabeled', label, by, at, issue: issueOf(payload) }
        : undefined;
    case 'unlabeled':
      if (label !== undefined && priorityOfLabel(label)) return { type: 'PriorityChanged', label, by, at };
      return label !== undefined && watched.includes(label) ? { type: 'IssueUnlabeled', label, by, at } : undefined;
    case 'edited':
      return { type: 'IssueEdited', by, at, issue: issueOf(payload) };
    case 'closed':
      return { type: 'IssueClosed', by, at };
    case 'reopened':
      return { type: 'IssueReopened', by, at };
    default:
      return undefined;
  }
}

function issueOf({ issue }: Payload): IssueSnapshot {
  const { criteria, bodyDigest } = readIssueText(issue);
  return {
    title: issue.title.slice(0, 1_000),
    bodyDigest,
    criteria,
    state: issue.state === 'closed' ? 'closed' : 'open',
  };
}
