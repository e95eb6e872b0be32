// issue_comment: commands, on issues and on pull requests. Only a comment that was just created can command.
import { z } from 'zod';
import type { CommandGiven, CommandMisread } from '../../facts/comment.ts';
import { pullStream, ticketStream } from '../../facts/stream.ts';
import { readCommands } from '../text/command.ts';
import { Account, actorOf, Envelope, type Heard, type Intake, repositoryOf } from './contract.ts';

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
    const { comment, issue, repository, action } = payload;
    const by = actorOf(payload.sender);
    if (by.id === botId) return [];
    const stream = issue.pull_request
      ? pullStream(repository.id, issue.number)
      : ticketStream(repository.id, issue.number);
    const hear = (what: string, fact: Extract<Heard, { to: 'stream' }>['fact']): Heard => ({
      to: 'stream',
      stream,
      repository: repositoryOf(payload),
      key: `comment:${repository.id}/${comment.id}/${what}`,
      fact,
    });
    if (action === 'edited' || action === 'deleted') {
      return [
        hear(`${action}@${comment.updated_at}`, { type: 'CommentChanged', comment: comment.id, how: action, by }),
      ];
    }
    // Somebody else's words: GitHub signs that `sender` did it, and only its author can have created a comment.
    if (comment.user?.id !== by.id) return [];
    const ref = { id: comment.id, on: issue.number, at: comment.created_at };
    const read = readCommands(comment.body ?? '');
    const viaApp = comment.performed_via_github_app !== null && comment.performed_via_github_app !== undefined;
    const given = read.commands.map(
      (command): CommandGiven => ({ type: 'CommandGiven', command, comment: ref, by, viaApp }),
    );
    const misread = misreadOf(read).map(
      (one): CommandMisread => ({ type: 'CommandMisread', ...one, comment: ref, by }),
    );
    return [...given, ...misread.slice(0, 1)].map((fact, n) => hear(String(n), fact));
  },
};

/** Plain text that merely looks like a command gets no answer; a near miss does. */
function misreadOf({
  unknown,
  malformed,
}: ReturnType<typeof readCommands>): Pick<CommandMisread, 'text' | 'problem' | 'suggestion'>[] {
  return [
    ...malformed.map(({ command, problem, usage }) => ({
      text: `/${command}`.slice(0, 200),
      problem: problem.slice(0, 500),
      suggestion: usage.slice(0, 200),
    })),
    ...unknown.flatMap(({ text, didYouMean }) =>
      didYouMean === undefined
        ? []
        : [{ text: text.slice(0, 200), problem: 'there is no such command', suggestion: didYouMean.slice(0, 200) }],
    ),
  ];
}
