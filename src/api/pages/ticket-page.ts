// One ticket from the label to the merge: where it stands, what proves it, what was approved, what ran, what happened.
import type { StickyView } from '../../decide/pull/sticky-view.ts';
import { amountOf, type BudgetUse } from '../../facts/budget.ts';
import type { Message } from '../../facts/message.ts';
import { isUnboxed } from '../../facts/run.ts';
import type { FactRow } from '../../journal/lists.ts';
import { grouped } from '../../render/text.ts';
import type { RunItem } from '../read/runs.ts';
import type { TicketItem } from '../read/tickets.ts';
import { evidenceTable, layersTable } from './evidence-tables.ts';
import { type Html, html } from './html.ts';
import { facts, hash, nameOfRepository, onGitHub, type Server, table, tag, time } from './parts.ts';
import { runsTable } from './runs-table.ts';
import { inWords, nameOf } from './said.ts';
import { stageTitle, stageTone, stepsOf } from './stage-words.ts';
import { timeline } from './timeline.ts';

export type TicketView = {
  ticket: TicketItem;
  waits: Message | undefined;
  /** Of its pull request; undefined before there is one. */
  sticky: StickyView | undefined;
  runs: readonly RunItem[];
  /** Digest of the evidence by run. */
  evidence: ReadonlyMap<string, string>;
  budgets: readonly BudgetUse[];
  history: readonly FactRow[];
  /** There are older facts than `history` has. */
  more: boolean;
  server: Server;
  now: Date;
};

export function ticketPage(view: TicketView): Html {
  const { ticket, sticky, runs, history, more, server } = view;
  const { state, repository, number, pending } = ticket;
  const results = state.layers?.results ?? [];
  return html`<p class="soft small"><a href="/">Tickets</a> / ${nameOfRepository(repository)}</p>
<h1>${ticket.title || `Issue #${number}`} <span class="soft">#${number}</span></h1>
${headline(view)}
<div class="card">${about(view)}</div>
${state.approval || state.revoked ? html`<h2>Approval</h2>${approval(view)}` : ''}
${sticky && sticky.evidence.length > 0 ? html`<h2>Acceptance criteria</h2>${evidenceTable(sticky.evidence)}` : criteria(ticket)}
${results.length > 0 ? html`<h2>Verification layers</h2>${layersTable(results)}${state.layers?.stored ? html`<p class="soft small">They judged finished work that is not pushed yet.</p>` : ''}` : ''}
${runs.length > 0 ? html`<h2>Runs</h2>${runsTable(view)}<h2>Budgets</h2>${budgetTable(view)}` : ''}
<h2>What happened</h2>
${pending > 0 ? html`<p class="soft small">${pending} ${pending === 1 ? 'fact has' : 'facts have'} just arrived and are being read.</p>` : ''}
${timeline(history, { ticket: true, all: `/api/v1/tickets/${repository.id}/${number}/facts`, more })}
<p class="soft small">On GitHub: ${onGitHub(server, repository, `/issues/${number}`, `issue #${number}`)}${
    state.pull === undefined
      ? ''
      : html`, ${onGitHub(server, repository, `/pull/${state.pull}`, `pull request #${state.pull}`)}`
  }</p>`;
}

const budgetTable = ({ budgets }: TicketView): Html =>
  table(
    ['Budget', 'Used', 'Limit'],
    budgets.map(({ budget, limit, used }) => [
      html`<code>budgets.${budget}</code>`,
      amountOf(budget, used),
      amountOf(budget, limit),
    ]),
  );

function headline({ ticket: { state }, waits }: TicketView): Html {
  const { stage, hold } = state;
  const tone = hold ? 'wait' : stageTone(stage.name);
  const why = stage.name === 'canceled' ? stage.why : waits;
  return html`<p>${tag(tone, hold ? 'On hold' : stageTitle(stage.name))}</p>
<ol class="steps" aria-label="Progress">${stepsOf(state).map(
    ({ title, is }) =>
      html`<li class="${is}${is === 'here' ? ` ${tone}` : ''}"${is === 'here' ? html` aria-current="step"` : ''}>${title}</li>`,
  )}</ol>
${why ? html`<div class="card">${inWords(why)}</div>` : ''}`;
}

function about({ ticket: { state, repository, number, startedAt, changedAt }, server }: TicketView): Html {
  const { requester, pull, branch, tokens, hold } = state;
  return facts([
    ['Issue', onGitHub(server, repository, `/issues/${number}`, `${nameOfRepository(repository)}#${number}`)],
    ['Asked for by', requester && nameOf(requester)],
    [
      'Pull request',
      pull === undefined
        ? undefined
        : html`<a href="/pulls/${repository.id}/${pull}">#${pull}, its gate</a>, ${onGitHub(server, repository, `/pull/${pull}`, 'on GitHub')}`,
    ],
    ['Branch', branch === undefined ? undefined : html`<code>${branch}</code>`],
    ['On hold', hold && `by ${hold.by}${hold.why ? `: ${hold.why}` : ''}`],
    [
      'Tokens',
      tokens.input + tokens.output === 0 ? undefined : `${grouped(tokens.input)} in, ${grouped(tokens.output)} out`,
    ],
    ['Box', boxOf(state)],
    ['First seen', time(startedAt)],
    ['Last change', time(changedAt)],
  ]);
}

/** Both are said where both happened: a run without a box is not made better by one on a machine that others use. */
function boxOf({ isolation, unboxed: told }: TicketView['ticket']['state']): Html | undefined {
  // Streams that were compacted before it was told know only the one isolation.
  const unboxed = told ?? (isolation !== undefined && isUnboxed(isolation));
  const bare = html`<strong class="bad">not boxed</strong> in at least one run${isolation === 'none' ? '' : ', as the operator allowed by name'}`;
  const reused = html`boxed, on a <strong class="wait">persistent runner</strong> in at least one run`;
  if (isolation === 'reused') return unboxed ? html`${bare}; ${reused}` : reused;
  return unboxed ? bare : undefined;
}

function approval({ ticket: { state, repository }, server }: TicketView): Html {
  const { approval: given, revoked } = state;
  if (!given) return html`<div class="card">${tag('bad', 'Revoked')} ${revoked ? inWords(revoked) : ''}</div>`;
  return html`<div class="card">${facts([
    ['Approved by', html`${nameOf(given.by)} on ${time(new Date(given.at))}`],
    [
      'Plan',
      html`${hash(given.planDigest)} at commit ${onGitHub(server, repository, `/commit/${given.planCommit}`, hash(given.planCommit, 8))}`,
    ],
    ['Issue text', hash(given.bodyDigest)],
    ['Base', html`<code>${given.baseRef}</code>, its files in scope ${hash(given.baseDigest)}`],
  ])}<p class="soft small">${state.stage.name === 'merged' ? 'Every one of these held until the merge.' : 'A change of any of these revokes it, and so does the approver losing write permission.'}</p></div>`;
}

const criteria = ({ state }: TicketItem): Html =>
  state.issue && state.issue.criteria.length > 0
    ? html`<h2>Acceptance criteria</h2>${table(
        ['Id', 'Criterion'],
        state.issue.criteria.map(({ id, text }) => [id, text]),
      )}`
    : html``;
