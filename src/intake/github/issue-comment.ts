// issue_comment: commands, on issues and on pull requests. Only a comment that was just created can command.
import { z } from 'zod';
import { commentCreated, heardOfComment } from '../comment-created.ts';
import { Account, actorOf, Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({
  action: z.string(),
  issue: z.object({ number: z.int(), pull_request: z.unknown().optional() }),
  comment: z.object({
    id: z.int(),
    body: z.string().nullable(),
    user: Account.nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    performed_via_github_app: z.unknown().nullish(),
  }),
});

export const issueComment: Intake = {
  event: 'issue_comment',
  actions: ['created', 'edited', 'deleted'],
  translate(value, { botId }) {
    const payload = Payload.parse(value);
    const { comment, issue, action } = payload;
    const repository = repositoryOf(payload);
    const by = actorOf(payload.sender);
    if (by.id === botId) return [];
    const where = { id: comment.id, on: issue.number, onPull: Boolean(issue.pull_request) };
    if (action === 'edited' || action === 'deleted') {
      const fact = { type: 'CommentChanged', comment: comment.id, how: action, by } as const;
      return [heardOfComment(repository, where, `${action}@${comment.updated_at}`, fact)];
    }
    // Somebody else's words: GitHub signs that `sender` did it, and only its author can have created a comment.
    if (comment.user?.id !== by.id) return [];
    const viaApp = comment.performed_via_github_app !== null && comment.performed_via_github_app !== undefined;
    return commentCreated(repository, { ...where, body: comment.body ?? '', at: comment.created_at, by, viaApp });
  },
};
