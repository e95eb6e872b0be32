// pull_request: every event carries the whole header, so one fact serves all actions.
import { z } from 'zod';
import type { PullHeader } from '../../facts/pull.ts';
import { pullStream } from '../../facts/stream.ts';
import { originOf } from '../pull-origin.ts';
import { Account, actorOf, Envelope, type Intake, repositoryOf } from './contract.ts';

const PullPayload = z.object({
  number: z.int(),
  node_id: z.string(),
  title: z.string(),
  state: z.string(),
  merged: z.boolean().nullish(),
  merge_commit_sha: z.string().nullish(),
  draft: z.boolean().optional(),
  updated_at: z.string(),
  user: Account.nullable(),
  head: z.object({ sha: z.string(), ref: z.string(), repo: z.object({ id: z.int() }).nullable() }),
  base: z.object({ sha: z.string(), ref: z.string(), repo: z.object({ id: z.int() }) }),
});

const Payload = Envelope.extend({ action: z.string(), after: z.string().optional(), pull_request: PullPayload });

export const pullRequest: Intake = {
  event: 'pull_request',
  actions: [
    'opened',
    'reopened',
    'synchronize',
    'edited',
    'closed',
    'ready_for_review',
    'converted_to_draft',
    'labeled',
    'unlabeled',
  ],
  translate(value, { botId }) {
    const payload = Payload.parse(value);
    const { repository, action } = payload;
    const pull = asPushed(payload);
    const stream = pullStream(repository.id, pull.number);
    const key = `${stream}/${action}@${pull.updated_at}/${pull.head.sha}/${pull.base.ref}`;
    const fact = { type: 'PullObserved', action, pull: headerOf(pull, botId), by: actorOf(payload.sender) } as const;
    return [{ to: 'stream', stream, repository: repositoryOf(payload), key, fact }];
  },
};

/**
 * The payload is written after the event and may show a later push already: each push is told as its own, or the second one,
 * and who made it, would look like a repetition of the first.
 */
function asPushed({ action, after, pull_request: pull }: z.infer<typeof Payload>): z.infer<typeof PullPayload> {
  return action === 'synchronize' && after !== undefined ? { ...pull, head: { ...pull.head, sha: after } } : pull;
}

function headerOf(pull: z.infer<typeof PullPayload>, botId: number): PullHeader {
  const author = actorOf(pull.user ?? { id: 0, login: 'ghost' });
  return {
    number: pull.number,
    nodeId: pull.node_id,
    title: pull.title.slice(0, 1_000),
    author,
    ...originOf({ author: author.id, ref: pull.head.ref, fork: pull.head.repo?.id !== pull.base.repo.id }, botId),
    head: { sha: pull.head.sha, ref: pull.head.ref },
    base: { sha: pull.base.sha, ref: pull.base.ref },
    draft: pull.draft ?? false,
    state: pull.state === 'closed' ? 'closed' : 'open',
    merged: pull.merged ?? false,
    updatedAt: pull.updated_at,
    ...(pull.merged && pull.merge_commit_sha && { mergeSha: pull.merge_commit_sha }),
  };
}
