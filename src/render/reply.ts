// The one answer to a comment that was refused or that asked something.
import { type CommandName, commandTable, usage } from '../facts/command-given.ts';
import type { Reply } from '../facts/comment.ts';
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
function about({ data }: Reply): string {
  const { command, by } = data;
  return command && by ? `${code(`/${command}`)} from ${text(by)} was not carried out.` : '';
}

const below = ({ lines = [] }: Reply): string =>
  lines.map((line) => `- ${line.map((one) => say(one).replace(/\s*\n+/g, ' ')).join(' ')}`).join('\n');

export const renderReply = (comment: number, message: Reply): string =>
  `${replyMarker(comment)}\n${paragraphs(about(message), say(message), message.id === 'help' && help(), below(message))}\n`;
