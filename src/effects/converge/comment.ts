// The comments that Gantry keeps: the sticky policy comment, the notice on the issue, a reply. Each carries its marker.
import { setTimeout as wait } from 'node:timers/promises';
import type { Repository } from '../../facts/repository.ts';
import { renderNotice } from '../../render/notice.ts';
import { renderReply } from '../../render/reply.ts';
import { renderSticky } from '../../render/sticky.ts';
import type { Ports } from '../contract.ts';
import type { Writer } from './contract.ts';

/** How far GitHub's lists may lag behind its writes; after an unclear answer they are read twice. */
const lagMs = 2_000;

type Comment = { on: number; body: string };
type CommentPorts = Pick<Ports, 'reader' | 'writer'>;

export const sticky: Writer<'sticky', Comment> = {
  render: ([{ pull, view }]) => ({ on: pull, body: renderSticky(view) }),
  write: (comment, remoteId, { repository, first }, ports) => write(comment, remoteId, repository, first, ports),
};

export const notice: Writer<'notice', Comment> = {
  render: ([{ issue, view }]) => ({ on: issue, body: renderNotice(view) }),
  write: (comment, remoteId, { repository, first }, ports) => write(comment, remoteId, repository, first, ports),
};

export const reply: Writer<'reply', Comment> = {
  render: ([{ comment, on, message }]) => ({ on, body: renderReply(comment, message) }),
  write: (comment, remoteId, { repository, first }, ports) => write(comment, remoteId, repository, first, ports),
};

async function write(
  { on, body }: Comment,
  remoteId: string | null,
  repository: Repository,
  first: boolean,
  ports: CommentPorts,
): Promise<{ remoteId: string }> {
  const own = () => ownComment(on, body, repository, ports);
  const unclear = remoteId === null && !first;
  const known = unclear
    ? ((await own()) ?? (await wait(lagMs).then(own)))
    : remoteId === null
      ? undefined
      : Number(remoteId);
  if (known !== undefined && (await ports.writer.updateComment(repository, known, body)) === 'done')
    return { remoteId: String(known) };
  const { id } = await ports.writer.createComment(repository, on, body);
  const oldest = unclear ? await own() : undefined;
  if (oldest === undefined || oldest === id) return { remoteId: String(id) };
  await ports.writer.updateComment(repository, oldest, body);
  return { remoteId: String(oldest) };
}

/** Ours is the oldest that starts with the marker and was written by our App; later ones are duplicates and go. */
async function ownComment(
  on: number,
  body: string,
  repository: Repository,
  { reader, writer }: CommentPorts,
): Promise<number | undefined> {
  const marker = body.slice(0, body.indexOf('-->') + 3);
  const { botId } = await reader.self();
  const [own, ...duplicates] = (await reader.comments(repository, on)).filter(
    (comment) => comment.author.id === botId && comment.body.startsWith(marker),
  );
  for (const { id } of duplicates) await writer.deleteComment(repository, id);
  return own?.id;
}
