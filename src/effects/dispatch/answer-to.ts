// What a dispatch that got no slot is answered by: it waits, or it is refused, and why.
import type { CommandOf } from '../../decide/command.ts';
import { standstillMessage } from '../../decide/control-answer.ts';
import { Permanent } from '../../errors.ts';
import { message } from '../../facts/message.ts';
import type { Repository } from '../../facts/repository.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Admission } from '../../journal/admit.ts';

export type Conflicting = Exclude<Admission, { claimed: unknown }>;

export function answerTo(
  { run, stage }: Pick<CommandOf<'DispatchRun'>, 'run' | 'stage'>,
  admission: Conflicting,
  repository: Pick<Repository, 'owner' | 'name'>,
): TicketFactOf<'DispatchDeferred'> | TicketFactOf<'DispatchRefused'> {
  const waits = (why: string, data: Record<string, string> = {}) =>
    ({ type: 'DispatchDeferred', run, stage, why: message(`dispatch-deferred-${why}`, data) }) as const;
  const refused = (why: string, data: Record<string, string> = {}) =>
    ({ type: 'DispatchRefused', run, stage, why: message(`dispatch-refused-${why}`, data) }) as const;
  switch (admission.conflict) {
    case 'paused':
      return { type: 'DispatchDeferred', run, stage, why: standstillMessage(admission.standstill) };
    case 'leased':
      return waits('ticket_busy', { live: admission.run });
    case 'blocked':
      return waits('blocked', { by: admission.by.map((one) => shortly(one, repository)).join(', ') });
    case 'behind':
      return waits('behind', { ahead: String(admission.ahead) });
    case 'repository_busy':
    case 'all_busy':
      return waits(admission.conflict, { live: String(admission.live) });
    case 'unchanged':
      return refused('unchanged', { run: admission.run });
    case 'withdrawn':
    case 'ended':
      return refused('over', { run });
    case 'unknown':
    case 'other_content':
      throw new Permanent(`the run ${run} stands in the backlog with another content`);
  }
}

/** `#12` for an issue of the same repository. */
const shortly = (issue: string, { owner, name }: Pick<Repository, 'owner' | 'name'>): string =>
  issue.startsWith(`${owner}/${name}#`.toLowerCase()) ? issue.slice(issue.indexOf('#')) : issue;
