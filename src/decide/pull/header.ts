// Which of two headers is newer. Webhooks come in any order, and GitHub's times have whole seconds.
import type { PullHeader } from '../../facts/pull.ts';

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
 * The header as it stands once this one was seen; undefined where it says nothing new. Merged is for ever; else the later
 * time wins. Of two events of one second each is believed only in what its action changes: in all else the other may be newer.
 */
export function newerHeader(header: PullHeader | undefined, pull: PullHeader, action: string): PullHeader | undefined {
  if (!header) return pull;
  if (header.merged !== pull.merged) return header.merged ? undefined : pull;
  if (pull.updatedAt !== header.updatedAt) return pull.updatedAt < header.updatedAt ? undefined : pull;
  const explained = Object.hasOwn(changes, action) ? (changes[action] ?? []) : [];
  const parts = differing(header, pull);
  const believed = parts.filter((part) => explained.includes(part));
  if (believed.length === parts.length) return pull;
  return believed.reduce<PullHeader | undefined>(
    (next, part) => ({ ...(next ?? header), [part]: pull[part] }),
    undefined,
  );
}
