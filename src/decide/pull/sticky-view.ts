// The one policy comment of a pull request, as data. render/sticky.ts writes it.
import type { Message } from '../../facts/message.ts';
import type { PullHeader, TicketReport } from '../../facts/pull.ts';
import type { CheckName } from '../target.ts';
import type { CheckView } from './check-view.ts';

export type StickyView = {
  origin: PullHeader['origin'];
  head: string;
  gate: CheckView;
  checks: readonly { name: CheckName; view: CheckView }[];
  /** Each criterion with its tests and what became of them at this head. */
  evidence: readonly {
    id: string;
    text: string;
    tests: readonly { layer: string; name: string; status: 'passed' | 'failed' | 'skipped' | 'missing' | 'not_run' }[];
  }[];
  ticket?: TicketReport;
  next: Message;
};
