// Make one thing outside equal to the newest state. The job carries no content, so a late or repeated one is a no-op.
import type { Target } from '../decide/target.ts';
import type { Ports } from '../effects/contract.ts';
import { prepare } from '../effects/converge/index.ts';
import { Permanent, Retryable } from '../errors.ts';
import type { Repository } from '../facts/repository.ts';
import { parseStream, type StreamId } from '../facts/stream.ts';
import { digestOf } from '../journal/artifact.ts';
import { begin, claim, forget, release } from '../journal/right.ts';
import { contextOf, pullsWithHead, readStream, type StreamRow } from '../journal/stream.ts';
import type { Db } from '../journal/tables.ts';
import { lifecycles } from './lifecycles.ts';

/** Above the time that one write may take; the holder of a right that lasts longer is fenced off. */
const rightSeconds = 60;

/** Hears of duplicates that were taken away. */
type Removed = (kind: Target['kind'], count: number) => void;

/**
 * What was done: written, or found equal, or no longer wanted. `written_unsure`: it may be there twice, and somebody must
 * look again once GitHub's lists have caught up. Throws Retryable while somebody else writes the target.
 */
export async function converge(
  db: Db,
  ports: Ports,
  stream: StreamId,
  id: string,
  removed: Removed = () => {},
): Promise<'written' | 'written_unsure' | 'equal' | 'not_wanted'> {
  const repo = parseStream(stream)?.repository;
  const right = await claim(db, `${repo}/${id}`, rightSeconds);
  if (!right) throw new Retryable('somebody else writes this target', { after: 1 });
  let { digest, remoteId } = right;
  const first = right.fence === 1;
  const unclear = !first && digest === null;
  let wrote = false;
  let held = true;
  const write = async () => {
    const wanted = await newest(db, stream, id);
    if (!wanted) return 'not_wanted';
    const prepared = prepare(wanted.targets, ports.runners.publicUrl);
    const next = digestOf(JSON.stringify(prepared.content));
    if (next === digest) return 'equal';
    if (!(await begin(db, right))) throw new Retryable('the right to write was lost', { after: 1 });
    digest = null;
    wrote = true;
    const written = await prepared.write(remoteId, { repository: wanted.repository, first, unclear }, ports);
    remoteId = written.remoteId;
    if (written.removed) removed(wanted.targets[0].kind, written.removed);
    if (written.unsure) return 'written_unsure';
    digest = next;
    return 'written';
  };
  const done = await write().finally(async () => {
    held = await release(db, right, { digest, remoteId });
    if (!held && wrote) await forget(db, right.target);
  });
  // Whoever took the right over has written before us: what we wrote late is old, or there a second time.
  return held || !wrote ? done : 'written_unsure';
}

type Wanted = { repository: Repository; targets: readonly [Target, ...Target[]] };

/** A check is wanted by every pull request that has its head, and by the one that asked; everything else by its stream alone. */
async function newest(db: Db, stream: StreamId, id: string): Promise<Wanted | undefined> {
  const own = await readStream(db, stream);
  if (!own) throw new Permanent(`the stream ${stream} does not exist`);
  const sha = /^check\/([0-9a-f]+)\//.exec(id)?.[1];
  const sharing = sha ? await pullsWithHead(db, own.repository.id, sha) : [];
  const rows = [own, ...sharing.filter((row) => row.id !== own.id)];
  const [first, ...others] = rows.flatMap((row) => desiredOf(row).filter((target) => target.id === id));
  return first && { repository: own.repository, targets: [first, ...others] };
}

/** A row that an older version folded is not shown: its next fact folds it again and asks for converging. */
function desiredOf(row: StreamRow): readonly Target[] {
  const context = contextOf(row.id, new Date(0));
  if (parseStream(row.id)?.kind === 'ticket') {
    const { version, desired } = lifecycles.ticket;
    return row.version === version ? desired(row.state as Parameters<typeof desired>[0], context) : [];
  }
  const { version, desired } = lifecycles.pull;
  return row.version === version ? desired(row.state as Parameters<typeof desired>[0], context) : [];
}
