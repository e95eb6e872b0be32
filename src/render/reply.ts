// The one answer to a comment that was refused or that asked something.
import { type CommandName, commandTable, usage } from '../facts/command-given.ts';
import type { Message } from '../facts/message.ts';
import { say } from './messages.ts';
import { paragraphs, table } from './table.ts';
import { code, text } from './text.ts';

/** One per answered comment, so that an answer is never given twice. */
const replyMarker = (comment: number): string => `<!-- gantry:reply:${comment} -->`;

const help = (): string =>
  table(
    ['Type', 'What it does', 'Least permission'],
    Object.entries(commandTable).map(([name, { does, least }]) => [code(usage(name as CommandName)), does, least]),
  );

/** Comments have no threads, so a refusal says which command of whom it is about. */
function about({ data }: Message): string {
  const { command, by } = data;
  return command && by ? `${code(`/${command}`)} from ${text(by)} was not carried out.` : '';
}

export const renderReply = (comment: number, message: Message): string =>
  `${replyMarker(comment)}\n${paragraphs(about(message), say(message), message.id === 'help' && help())}\n`;
