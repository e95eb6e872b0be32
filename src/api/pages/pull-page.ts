// One pull request: its gate with everything that led to it, its checks, its reviews, its history.
import type { CheckView } from '../../decide/pull/check-view.ts';
import { desiredOfPull } from '../../decide/pull/desired.ts';
import { governance } from '../../decide/pull/governance.ts';
import { message } from '../../facts/message.ts';
import type { FactRow } from '../../journal/lists.ts';
import { contextOf } from '../../journal/stream.ts';
import { hasWords, sayTitle } from '../../render/messages.ts';
import type { PullItem } from '../read/tickets.ts';
import { layersTable } from './evidence-tables.ts';
import { type Html, html } from './html.ts';
import {
  facts,
  hash,
  nameOfRepository,
  onGitHub,
  type Server,
  statusTone,
  statusWord,
  table,
  tag,
  time,
  verdictTree,
} from './parts.ts';
import { inWords, nameOf } from './said.ts';
import { timeline } from './timeline.ts';

export type PullView = { pull: PullItem; history: readonly FactRow[]; more: boolean; server: Server };

export function pullPage({ pull, history, more, server }: PullView): Html {
  const { state, repository, number, stream, changedAt } = pull;
  const { header, ticket } = state;
  const checks = desiredOfPull(state, contextOf(stream, changedAt)).flatMap((target) =>
    target.kind === 'check' ? [target] : [],
  );
  const gate = checks.find(({ name }) => name === 'harness/gate')?.view;
  const verdict = state.snapshot && state.snapshot.head === header?.head.sha ? governance(state) : undefined;
  const layers = checks.flatMap(({ view: { layer } }) => (layer ? [layer] : []));
  return html`<p class="soft small"><a href="/">Tickets</a> / ${ticket ? html`<a href="/tickets/${repository.id}/${ticket.issue}">${nameOfRepository(repository)}#${ticket.issue}</a>` : nameOfRepository(repository)} / pull request</p>
<h1>${pull.title || `Pull request #${number}`} <span class="soft">#${number}</span></h1>
${gate ? gateCard(gate) : html`<p class="card">Nothing is judged here: the pull request is closed, or it is still being read.</p>`}
<div class="card">${about(pull, server)}</div>
${checks.length > 0 ? html`<h2>Checks</h2>${checksTable(checks)}` : ''}
${verdict ? html`<h2>Governance, as it was judged</h2><div class="card"><ul class="tree">${verdictTree(verdict)}</ul></div>` : ''}
${layers.length > 0 ? html`<h2>Verification layers</h2>${layersTable(layers)}` : ''}
${state.reviews.length > 0 ? html`<h2>Reviews</h2>${reviewsTable(pull)}` : ''}
<h2>What happened</h2>
${timeline(history, { ticket: false, all: `/api/v1/pulls/${repository.id}/${number}/facts`, more })}`;
}

function gateCard({ status, title, reasons }: CheckView): Html {
  const list = reasons.length > 0 ? reasons : [];
  return html`<div class="card"><p>${tag(statusTone[status], statusWord(status))} <strong>harness/gate</strong>: ${sayTitle(title)}</p>${
    list.length > 0
      ? html`<ol>${list.map((reason) => html`<li>${inWords(reason)} ${hasWords(`next-${reason.id}`) ? inWords(message(`next-${reason.id}`, reason.data)) : ''}</li>`)}</ol>`
      : ''
  }</div>`;
}

function about({ state, repository, number, startedAt, changedAt }: PullItem, server: Server): Html {
  const { header, mergedSha } = state;
  return facts([
    ['On GitHub', onGitHub(server, repository, `/pull/${number}`, `${nameOfRepository(repository)}#${number}`)],
    ['Made by', header && `${nameOf(header.author)}${header.origin === 'fork' ? ', from a fork' : ''}`],
    ['Head', header && html`${hash(header.head.sha, 8)} on <code>${header.head.ref}</code>`],
    ['Base', header && html`<code>${header.base.ref}</code>`],
    ['State', header && (header.merged ? 'merged' : `${header.state}${header.draft ? ', draft' : ''}`)],
    ['Merged as', mergedSha === undefined ? undefined : hash(mergedSha, 8)],
    ['First seen', time(startedAt)],
    ['Last change', time(changedAt)],
  ]);
}

const checksTable = (checks: readonly { name: string; view: CheckView }[]): Html =>
  table(
    ['Check', 'Result', 'Title'],
    checks.map(({ name, view }) => [
      html`<code>${name}</code>`,
      tag(statusTone[view.status], statusWord(view.status)),
      sayTitle(view.title),
    ]),
  );

const reviewWord = {
  approved: 'approved',
  changes_requested: 'changes requested',
  commented: 'commented',
  dismissed: 'dismissed',
} as const;
const reviewTone = { approved: 'good', changes_requested: 'bad', commented: '', dismissed: '' } as const;

const reviewsTable = ({ state }: PullItem): Html =>
  table(
    ['By', 'Review', 'Commit', 'When'],
    state.reviews.map(({ by, state: said, commit, at }) => [
      nameOf(by),
      tag(reviewTone[said], reviewWord[said]),
      html`${hash(commit, 8)}${commit === state.header?.head.sha ? '' : html` <span class="soft">not the present head</span>`}`,
      time(new Date(at)),
    ]),
  );
