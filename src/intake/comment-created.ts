// What a comment that was just created asks for: the webhook and the sweep tell the same facts under the same keys.
import type { CommandGiven, CommandMisread } from '../facts/comment.ts';
import type { Actor } from '../facts/person.ts';
import type { Repository } from '../facts/repository.ts';
import { pullStream, ticketStream } from '../facts/stream.ts';
import type { Heard } from './github/contract.ts';
import { readCommands } from './text/command.ts';

export type CreatedComment = {
  id: number;
  body: string;
  /** GitHub's created_at. */
  at: string;
  /** The issue or pull request that it stands under. */
  on: number;
  onPull: boolean;
  by: Actor;
  viaApp: boolean;
};

type ToStream = Extract<Heard, { to: 'stream' }>;

/** `what` tells the facts of one comment apart: a number for what it asked when created, a word and a time for changes. */
export const heardOfComment = (
  repository: Repository,
  { id, on, onPull }: Pick<CreatedComment, 'id' | 'on' | 'onPull'>,
  what: string,
  fact: ToStream['fact'],
): ToStream => ({
  to: 'stream',
  stream: onPull ? pullStream(repository.id, on) : ticketStream(repository.id, on),
  repository,
  key: `comment:${repository.id}/${id}/${what}`,
  fact,
});

export function commentCreated(repository: Repository, comment: CreatedComment): ToStream[] {
  const { by, viaApp } = comment;
  const ref = { id: comment.id, on: comment.on, at: comment.at };
  const read = readCommands(comment.body);
  const given = read.commands.map(
    (command): CommandGiven => ({ type: 'CommandGiven', command, comment: ref, by, viaApp }),
  );
  const misread = misreadOf(read).map((one): CommandMisread => ({ type: 'CommandMisread', ...one, comment: ref, by }));
  return [...given, ...misread.slice(0, 1)].map((fact, n) => heardOfComment(repository, comment, String(n), fact));
}

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
