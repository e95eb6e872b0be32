// The plan and its approval: what was read, by whom it was approved, and what the approval is bound to.
import type { StickyView } from '../../decide/pull/sticky-view.ts';
import type { TicketReport } from '../../facts/pull.ts';
import { say } from '../messages.ts';
import { paragraphs } from '../table.ts';
import { code, short, shownTime, text } from '../text.ts';

type Plan = NonNullable<TicketReport['plan']>;

const filesShown = 8;
const globsShown = 10;

/** Nobody reads a longer path, and an address takes three characters for one. */
const longestPath = 200;

/** Links are relative to the pull request's own page, so they need no host and no repository name. */
function fileLink({ commit }: Plan, path: string, folder: string): string {
  if (path.length > longestPath || !path.isWellFormed()) return code(path, longestPath);
  const address = path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/[()'!*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`))
    .join('/');
  const shown = path.startsWith(folder) ? path.slice(folder.length) : path;
  return `[${text(shown, 80)}](../blob/${whole(commit)}/${address})`;
}

/** The commit's name in full: or 64 hexadecimal digits; whatever else it were, it could not end the link. */
const whole = (commit: string): string => commit.replace(/[^0-9a-f]/g, '').slice(0, 64);

const listed = (shown: readonly string[], all: number): string =>
  shown.join(', ') + (all > shown.length ? ` … and ${all - shown.length} more` : '');

function planLines(plan: Plan): string {
  const folder = `openspec/changes/${plan.changeId}/`;
  const files = plan.files.slice(0, filesShown).map(({ path }) => fileLink(plan, path, folder));
  const globs = plan.scope.slice(0, globsShown).map((glob) => code(glob, 80));
  const scope = globs.length > 0 ? `\nMay change: ${listed(globs, plan.scope.length)}` : '';
  return `**Plan** ${code(plan.changeId)}: ${listed(files, plan.files.length)}${scope}`;
}

/** In their order, each with what became of it. */
function phaseLines({ plan, phase, approval }: TicketReport): string {
  if (!plan?.phases) return '';
  const done = phase ? phase.n - 1 : plan.phases.length;
  const mark = (index: number) => (index < done ? '✅' : index === done && approval ? '⏳' : '⚪');
  const lines = plan.phases.map(
    ({ title, tasks }, index) =>
      `${mark(index)} ${index + 1}. ${text(title, 100)} (${tasks} ${tasks === 1 ? 'task' : 'tasks'})`,
  );
  return `**Phases**, one run each: ${lines.join(' · ')}`;
}

function approvalLine({ approval, revoked, plan, stage }: TicketReport): string {
  if (approval?.waived !== undefined)
    return `**No approval asked for**, bound to plan ${code(short(approval.planDigest))}, issue ${code(short(approval.bodyDigest))} and base ${code(approval.baseRef)} at ${code(short(approval.baseDigest))}.${stage === 'merged' ? '' : ' A change of any of these asks for one.'}`;
  if (approval) {
    const bound = `plan ${code(short(approval.planDigest))}, issue ${code(short(approval.bodyDigest))}, base ${code(approval.baseRef)} at ${code(short(approval.baseDigest))}`;
    return `**Approved** by ${[...(approval.others ?? []), approval].map(({ by }) => text(by.login)).join(', ')} on ${shownTime(approval.at)}, bound to ${bound}.${stage === 'merged' ? '' : ' A change of any of these revokes it.'}`;
  }
  // While approval is being waited for, the reason stands at the top already.
  if (revoked && stage !== 'awaiting_approval') return `**Approval revoked**: ${say(revoked)}`;
  if (!plan) return '';
  return revoked ? '**Not approved**: the earlier approval was revoked.' : '**Not approved** yet.';
}

export const planSection = ({ ticket }: StickyView): string =>
  ticket
    ? paragraphs(
        ticket.plan && planLines(ticket.plan),
        phaseLines(ticket),
        ticket.planGate && say(ticket.planGate),
        approvalLine(ticket),
      )
    : '';
