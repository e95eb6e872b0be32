// Something that should be seen outside. A lifecycle says what; effects/converge makes it so and keeps it so.
import type { Reply } from '../facts/comment.ts';
import type { CheckView } from './pull/check-view.ts';
import type { StickyView } from './pull/sticky-view.ts';
import type { NoticeView } from './ticket/notice-view.ts';

export type CheckName =
  | 'harness/static'
  | 'harness/unit'
  | 'harness/integration'
  | 'harness/smoke'
  | 'harness/governance'
  | 'harness/gate';

/** `id` is unique over all streams of a repository: it is what is claimed, and where the last written digest is kept. */
export type Target =
  | { id: `sticky/${number}`; kind: 'sticky'; pull: number; view: StickyView }
  | { id: `notice/${number}`; kind: 'notice'; issue: number; view: NoticeView }
  | { id: `reply/${number}`; kind: 'reply'; comment: number; on: number; message: Reply }
  | { id: `reaction/${number}/${string}`; kind: 'reaction'; comment: number; reaction: 'eyes' | 'rocket' | '-1' }
  /** `times`: how often it had to be put right, so that each time is a change. */
  | { id: `label/${number}/${string}`; kind: 'label'; issue: number; label: string; present: boolean; times: number }
  /** A check belongs to a commit, not to a pull request: pulls that share a head share the check, and the worst view wins. */
  | { id: `check/${string}/${CheckName}`; kind: 'check'; sha: string; name: CheckName; view: CheckView };
