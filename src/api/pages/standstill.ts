// On top of a page: what keeps Gantry still, by whom and why.

import { standstillMessage } from '../../decide/control-answer.ts';
import type { Standstill } from '../../facts/control.ts';
import { type Html, html } from './html.ts';
import { inWords } from './said.ts';

/** `names`: of repositories by id, where they are known. */
export const standstillBanner = (controls: readonly Standstill[], names: ReadonlyMap<number, string>): Html | string =>
  controls.length === 0
    ? ''
    : html`<div class="card" role="status">${controls.map((control) => html`<p><strong>${titleOf(control, names)}</strong></p>${inWords(standstillMessage(control))}`)}</div>`;

function titleOf({ scope, mode }: Standstill, names: ReadonlyMap<number, string>): string {
  const id = /^repository:(\d+)$/.exec(scope)?.[1];
  const what = scope === 'global' ? 'Everything' : id === undefined ? scope : (names.get(Number(id)) ?? scope);
  return `${what} is ${mode === 'paused' ? 'paused' : 'read-only'}`;
}
