// Small pieces that several pages show.
import type { CheckStatus } from '../../decide/pull/check-view.ts';
import type { Repository } from '../../facts/repository.ts';
import type { Outcome, Verdict } from '../../facts/verdict.ts';
import { statusResult } from '../../render/result.ts';
import { verdictSentence } from '../../render/verdict.ts';
import { type Html, html } from './html.ts';
import { inlineMarkdown } from './markdown.ts';

/** Where GitHub's pages are; undefined: nothing is linked there. No trailing slash. */
export type Server = string | undefined;

export const nameOfRepository = ({ owner, name }: Repository): string => `${owner}/${name}`;

/** A link to GitHub below the repository, or only its text. Owner and name are GitHub's, yet encoded all the same. */
export function onGitHub(server: Server, { owner, name }: Repository, path: string, text: Html | string): Html {
  if (server === undefined) return html`${text}`;
  return html`<a href="${server}/${encodeURIComponent(owner)}/${encodeURIComponent(name)}${path}" rel="noreferrer">${text}</a>`;
}

export const hash = (digest: string, most = 12): Html => html`<code title="${digest}">${digest.slice(0, most)}</code>`;

export const tag = (tone: string, text: string): Html => html`<span class="tag ${tone}">${text}</span>`;

export const statusTone: Readonly<Record<CheckStatus, string>> = {
  success: 'good',
  failure: 'bad',
  timed_out: 'bad',
  action_required: 'wait',
  in_progress: '',
  neutral: '',
  skipped: '',
};

/** Without the icon: the colour says the same, and the word says it to those who see none. */
export const statusWord = (status: CheckStatus): string => statusResult[status].replace(/^\S+ /, '');

const depthShown = 6;
const childrenShown = 100;

/** Every part that led to the outcome, as it was judged. */
export function verdictTree(verdict: Verdict, depth = 0): Html {
  const children = verdict.children ?? [];
  const more = children.length - childrenShown;
  return html`<li>${mark(verdict.outcome)} ${depth === 1 && verdict.check ? html`<strong>${verdict.check}</strong> ` : ''}${inlineMarkdown(verdictSentence(verdict))}${
    depth < depthShown && children.length > 0
      ? html`<ul>${children.slice(0, childrenShown).map((child) => verdictTree(child, depth + 1))}${more > 0 ? html`<li class="soft">… and ${more} more</li>` : ''}</ul>`
      : ''
  }</li>`;
}

const marks: Readonly<Record<Outcome, { tone: string; sign: string }>> = {
  pass: { tone: 'good', sign: '✓' },
  fail: { tone: 'bad', sign: '✗' },
  error: { tone: 'bad', sign: '!' },
  pending: { tone: 'wait', sign: '…' },
  skip: { tone: 'soft', sign: '–' },
};

const mark = (outcome: Outcome): Html =>
  html`<span class="mark ${marks[outcome].tone}" role="img" aria-label="${outcome}" title="${outcome}">${marks[outcome].sign}</span>`;

/** Rows of finished cells. On a narrow screen each cell is named by its column. No rows, no table. */
export const table = (columns: readonly string[], rows: readonly (readonly (Html | string)[])[]): Html =>
  rows.length === 0
    ? html``
    : html`<table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${rows.map(
        (cells) =>
          html`<tr>${cells.map((cell, index) => html`<td data-is="${columns[index] ?? ''}">${cell}</td>`)}</tr>`,
      )}</tbody></table>`;

/** Rows without a value are left out. */
export const facts = (rows: readonly (readonly [string, Html | string | undefined])[]): Html =>
  html`<dl>${rows.flatMap(([name, value]) => (value === undefined ? [] : [html`<dt>${name}</dt><dd>${value}</dd>`]))}</dl>`;

export const time = (at: Date): Html =>
  html`<time class="num" datetime="${at.toISOString()}" title="${at.toISOString()}">${at.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`;

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
