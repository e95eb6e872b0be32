// The one comment on the issue: why work did not start, or where it goes on.
import type { Message } from '../../facts/message.ts';
import type { Verdict } from '../../facts/verdict.ts';

export type NoticeView =
  | { kind: 'message'; message: Message }
  /** Nothing is started now, and why. */
  | { kind: 'still'; message: Message }
  | { kind: 'not_ready'; verdict: Verdict }
  /** `waits`: why its run has no slot yet. */
  | { kind: 'started'; by: string; waits?: Message }
  | { kind: 'pull'; pull: number };
