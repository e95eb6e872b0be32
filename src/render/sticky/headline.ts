// The first line of the policy comment: where the work stands, in a few words.
import { standstillMessage } from '../../decide/control-answer.ts';
import type { StickyView } from '../../decide/pull/sticky-view.ts';
import { say, sayTitle } from '../messages.ts';
import { phaseName } from '../phase.ts';
import { statusIcon } from '../result.ts';
import { paragraphs } from '../table.ts';
import { text } from '../text.ts';

const working: Readonly<Record<string, string>> = {
  planning: 'Planning',
  publishing_plan: 'Publishing the plan',
  implementing: 'Implementing the approved plan',
  verifying: 'Verifying the work',
  publishing: 'Verifying the work',
  between_phases: 'Implementing the approved plan',
};

const inPhases: readonly string[] = ['implementing', 'verifying', 'publishing', 'between_phases'];

function headline({ gate, ticket, next }: StickyView): string {
  if (next.id === 'next-merged') return '✅ Merged';
  if (next.id === 'next-closed') return '⚪ Closed without a merge';
  if (ticket?.hold) return '✋ On hold';
  if (ticket?.stage === 'blocked') return '✋ Stopped, a person is needed';
  if (ticket?.stage === 'retrying') return '⏳ Failed, to be tried again';
  if (ticket?.stage === 'canceled') return '⚪ Canceled';
  if (ticket?.stage === 'awaiting_start') return '✋ Making a plan waits for approval';
  if (ticket?.stage === 'awaiting_approval')
    return ticket.revoked ? '✋ The approval was revoked' : '✋ The plan waits for approval';
  if (next.id === 'standstill') return '⏸️ Paused';
  if (next.id === 'next-run-ci') return '✋ Verified, the push waits for a person';
  const stage = ticket && Object.hasOwn(working, ticket.stage) ? working[ticket.stage] : undefined;
  const phase = ticket?.phase && inPhases.includes(ticket.stage) ? `, ${phaseName(ticket.phase)}` : '';
  return stage ? `⏳ ${stage}${phase}` : `${statusIcon[gate.status]} ${text(sayTitle(gate.title))}`;
}

/** What to do, once: a reason that says it itself is not followed by the general advice. */
function nextStep({ ticket, next }: StickyView): string {
  const over = next.id === 'next-merged' || next.id === 'next-closed';
  if (!over && ticket?.hold) return say({ id: 'held', data: ticket.hold });
  if (!over && ticket?.blocked) return say(ticket.blocked);
  const why = ticket?.stage === 'awaiting_approval' && ticket.revoked ? say(ticket.revoked) : '';
  return paragraphs(why, say(next));
}

/** Why nothing is started or changed now, unless that is the next step already. */
function standstill({ ticket, next }: StickyView): string {
  const over = next.id === 'next-merged' || next.id === 'next-closed';
  return ticket?.standstill && !over && next.id !== 'standstill'
    ? `⏸️ ${say(standstillMessage(ticket.standstill))}`
    : '';
}

export const headlineSection = (view: StickyView): string =>
  paragraphs(`### ${headline(view)}`, standstill(view), nextStep(view));
