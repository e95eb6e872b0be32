// What happened, in order: when, what, who, why. Bookkeeping is counted, not shown.
import type { PullFact } from '../../facts/pull.ts';
import { parseStream } from '../../facts/stream.ts';
import type { TicketFact } from '../../facts/ticket.ts';
import type { FactRow } from '../../journal/lists.ts';
import { type Html, html } from './html.ts';
import { pullWords } from './pull-words.ts';
import type { Said } from './said.ts';
import { ticketWords } from './ticket-words.ts';

/** On a ticket's page its pull request tells only what the ticket does not know itself. */
const toldByPull: readonly string[] = [
  'PullReviewed',
  'CheckRerequested',
  'PullReadied',
  'ReviewAsked',
  'PullMerged',
  'MergeRefused',
  'GaveUp',
  'GateDecided',
];

function saidOf({ stream, fact }: FactRow): Said | undefined {
  if (!fact) return undefined;
  // Each table pairs a fact with the words of its type; TypeScript cannot follow that through the union.
  const words = (
    parseStream(stream)?.kind === 'ticket'
      ? ticketWords[fact.type as TicketFact['type']]
      : pullWords[fact.type as PullFact['type']]
  ) as ((one: typeof fact) => Said | undefined) | undefined;
  return words?.(fact);
}

export function timeline(
  rows: readonly FactRow[],
  { ticket, all, more }: { ticket: boolean; all: string; more: boolean },
): Html {
  const lines = rows
    .filter(({ stream, type }) => !ticket || stream.startsWith('ticket:') || toldByPull.includes(type))
    .flatMap((row) => {
      const said = saidOf(row);
      return said ? [{ at: row.at, said, pending: row.seq === null }] : [];
    });
  const days = Map.groupBy(lines, ({ at }) => at.toISOString().slice(0, 10));
  const hidden = rows.length - lines.length;
  return html`${more ? html`<p class="soft small">Only the newest ${rows.length} facts are shown here. <a href="${all}">Read all of them</a>.</p>` : ''}
${[...days].map(([day, ofDay]) => html`<h3>${day}</h3><ol class="line">${ofDay.map(line)}</ol>`)}
<p class="soft small">Times are UTC. ${hidden > 0 ? `${hidden} ${hidden === 1 ? 'fact' : 'facts'} of bookkeeping left out. ` : ''}<a href="${all}">The record as JSON</a></p>`;
}

const line = ({ at, said: { tone, what, who, why }, pending }: { at: Date; said: Said; pending: boolean }): Html =>
  html`<li class="${tone}"><time datetime="${at.toISOString()}">${at.toISOString().slice(11, 19)}</time><div>${what}${who ? html` <span class="soft">by ${who}</span>` : ''}${
    pending ? html` <span class="tag">not read yet</span>` : ''
  }${why ? html`<div class="why">${why}</div>` : ''}</div></li>`;
