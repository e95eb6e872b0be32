// Which of two headers is newer. Webhooks come in any order, and GitHub's times have whole seconds.
import type { PullHeader } from '../../facts/pull.ts';
import type { PullState } from './state.ts';

type Part = 'head' | 'base' | 'draft' | 'state';

/** What an action may have changed; `looked` was read live. All other actions change nothing that is judged. */
const changes: Readonly<Record<string, readonly Part[]>> = {
  synchronize: ['head'],
  edited: ['base'],
  ready_for_review: ['draft'],
  converted_to_draft: ['draft'],
  closed: ['state'],
  reopened: ['state'],
  looked: ['head', 'base', 'draft', 'state'],
};

const differing = (one: PullHeader, other: PullHeader): Part[] => [
  ...(one.head.sha === other.head.sha ? [] : (['head'] as const)),
  ...(one.base.ref === other.base.ref ? [] : (['base'] as const)),
  ...(one.draft === other.draft ? [] : (['draft'] as const)),
  ...(one.state === other.state ? [] : (['state'] as const)),
];

/**
 * Merged is for ever; else the later time wins. Within one second an event that differs in what its action does not change
 * was sent before the one that changed it.
 */
export function isStale({ header }: Pick<PullState, 'header'>, pull: PullHeader, action: string): boolean {
  if (!header) return false;
  if (header.merged !== pull.merged) return header.merged;
  if (pull.updatedAt !== header.updatedAt) return pull.updatedAt < header.updatedAt;
  const explained = Object.hasOwn(changes, action) ? (changes[action] ?? []) : [];
  return differing(header, pull).some((part) => !explained.includes(part));
}
