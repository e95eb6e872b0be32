// All tickets: where each stands, what it waits for, since when, and what it cost.

import type { Message } from '../../facts/message.ts';
import { grouped } from '../../render/text.ts';
import type { TicketItem } from '../read/tickets.ts';
import { type Html, html } from './html.ts';
import { briefly } from './markdown.ts';
import { nameOfRepository, span, table, tag } from './parts.ts';
import { stageTitle, stageTone } from './stage-words.ts';

export type ListFilter = 'open' | 'ended' | 'all';
export type ListRow = { ticket: TicketItem; waits: Message | undefined };

const tabs: readonly { is: ListFilter; title: string }[] = [
  { is: 'open', title: 'Open' },
  { is: 'ended', title: 'Ended' },
  { is: 'all', title: 'All' },
];

const none: Readonly<Record<ListFilter, string>> = {
  open: 'Nothing is being worked on. Someone with write permission starts work by setting the label ai-ready on an issue.',
  ended: 'Nothing has ended yet.',
  all: 'Nothing was asked for yet. Someone with write permission starts work by setting the label ai-ready on an issue.',
};

/** `next`: cursor of the following page; undefined on the last one. */
export const ticketList = ({
  rows,
  filter,
  next,
  now,
}: {
  rows: readonly ListRow[];
  filter: ListFilter;
  next: number | undefined;
  now: Date;
}): Html =>
  html`<h1>Tickets</h1>
<nav class="tabs" aria-label="Filter">${tabs.map(({ is, title }) => html`<a href="/?state=${is}"${is === filter ? html` aria-current="page"` : ''}>${title}</a>`)}</nav>
${rows.length === 0 ? html`<p class="card">${none[filter]}</p>` : ''}
${table(
  ['Ticket', 'Stage', 'Waits for', 'Age', 'Pull request', 'Runs', 'Tokens'],
  rows.map((row) => cells(row, now)),
)}
${next === undefined ? '' : html`<p><a href="/?state=${filter}&amp;before=${next}" rel="next">Older tickets</a></p>`}`;

function cells(
  { ticket: { state, title, repository, number, startedAt, changedAt, open }, waits }: ListRow,
  now: Date,
): (Html | string)[] {
  const { stage, hold, pull, runs, tokens } = state;
  const tokenCount = tokens.input + tokens.output;
  return [
    html`<a href="/tickets/${repository.id}/${number}">${title || `Issue #${number}`}</a><br><span class="soft small">${nameOfRepository(repository)} #${number}</span>`,
    hold ? tag('wait', 'On hold') : tag(stageTone(stage.name), stageTitle(stage.name)),
    waits ? html`<span class="small">${briefly(waits)}</span>` : '',
    html`<span class="num" title="since ${startedAt.toISOString()}">${span((open ? now : changedAt).getTime() - startedAt.getTime())}</span>`,
    pull === undefined ? '' : html`<a href="/pulls/${repository.id}/${pull}">#${pull}</a>`,
    runs.length === 0 ? '' : String(runs.length),
    tokenCount === 0 ? '' : html`<span class="num">${grouped(tokenCount)}</span>`,
  ];
}
