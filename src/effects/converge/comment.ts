// The comments that Gantry keeps: the sticky policy comment, the notice on the issue, a reply. Each carries its marker.
import { setTimeout as wait } from 'node:timers/promises';
import type { Repository } from '../../facts/repository.ts';
import { renderNotice } from '../../render/notice.ts';
import { renderReply } from '../../render/reply.ts';
import { renderSticky } from '../../render/sticky.ts';
import type { Ports } from '../contract.ts';
import type { About, Writer, Written } from './contract.ts';

type Comment = { on: number; body: string };
type CommentPorts = Pick<Ports, 'reader' | 'writer' | 'listLagMs'>;

export const sticky: Writer<'sticky', Comment> = {
  render: ([{ pull, view }], { pages }) => ({ on: pull, body: renderSticky(view, pages) }),
  write: write,
};

export const notice: Writer<'notice', Comment> = {
  render: ([{ issue, view }]) => ({ on: issue, body: renderNotice(view) }),
  write: write,
};

export const reply: Writer<'reply', Comment> = {
  render: ([{ comment, on, message }]) => ({ on, body: renderReply(comment, message) }),
  write: write,
};

async function write(
  { on, body }: Comment,
  remoteId: string | null,
  { repository, first, unclear }: Pick<About<'sticky' | 'notice' | 'reply'>, 'repository' | 'first' | 'unclear'>,
  ports: CommentPorts,
): Promise<Written> {
  if (first) return { remoteId: String((await ports.writer.createComment(repository, on, body)).id) };
  if (!unclear && remoteId !== null) {
    if ((await ports.writer.updateComment(repository, Number(remoteId), body)) === 'done') return { remoteId };
    return { remoteId: String((await ports.writer.createComment(repository, on, body)).id) };
  }
  const seen = await ownComments(on, body, repository, ports);
  const [oldest, ...duplicates] =
    seen.length > 0 || remoteId !== null
      ? seen
      : await wait(ports.listLagMs).then(() => ownComments(on, body, repository, ports));
  for (const id of duplicates) await ports.writer.deleteComment(repository, id);
  const removed = duplicates.length;
  const known = oldest ?? (remoteId === null ? undefined : Number(remoteId));
  if (known !== undefined && (await ports.writer.updateComment(repository, known, body)) === 'done')
    return { remoteId: String(known), removed, unsure: oldest === undefined };
  // The list may still lag: whether this is a second one shows at the next look.
  const { id } = await ports.writer.createComment(repository, on, body);
  return { remoteId: String(id), removed, unsure: true };
}

/** Ours start with the marker and were written by our App; the oldest stays. */
async function ownComments(
  on: number,
  body: string,
  repository: Repository,
  { reader }: CommentPorts,
): Promise<number[]> {
  const marker = body.slice(0, body.indexOf('-->') + 3);
  const { botId } = await reader.self();
  return (await reader.comments(repository, on))
    .filter((comment) => comment.author.id === botId && comment.body.startsWith(marker))
    .map(({ id }) => id);
}
