// The one comment on the issue: why work did not start, or where it goes on.
import type { Message } from '../../facts/message.ts';
import type { Verdict } from '../../facts/verdict.ts';

export type NoticeView =
  | { kind: 'message'; message: Message }
  /** Nothing is started now, and why. */
  | { kind: 'still'; message: Message }
  | { kind: 'not_ready'; verdict: Verdict }
  | { kind: 'started'; by: string }
  | { kind: 'pull'; pull: number };
