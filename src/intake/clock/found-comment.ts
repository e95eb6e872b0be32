// A comment that the sweep found, as the same facts that its webhook gives.
import type { FoundComment } from '../../../adapters/changes/contract.ts';
import type { Repository } from '../../facts/repository.ts';
import { commentCreated, heardOfComment } from '../comment-created.ts';
import type { Heard } from '../github/contract.ts';
import { nobodyKnown } from './nobody-known.ts';

/**
 * Only a comment that is as it was created can command: what one that was edited said at first, nobody can tell. Whether it
 * had been heard (`heard`) decides if its change is told; who changed it is not said by REST, so nobody known did.
 */
export function heardOfFound(
  repository: Repository,
  comment: FoundComment,
  { botId, heard }: { botId: number; heard: boolean },
): Heard[] {
  const { id, body, author, createdAt, updatedAt, viaApp, issue: on, onPull } = comment;
  if (author.id === botId || !Number.isInteger(on)) return [];
  if (createdAt === updatedAt)
    return commentCreated(repository, { id, body, at: createdAt, on, onPull, by: author, viaApp });
  if (!heard) return [];
  const fact = { type: 'CommentChanged', comment: id, how: 'edited', by: nobodyKnown } as const;
  return [heardOfComment(repository, { id, on, onPull }, `edited@${updatedAt}`, fact)];
}
