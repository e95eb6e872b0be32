// Every sentence that Gantry says as itself, by message id. A test holds that each id has one and each is used.
import type { Message } from '../facts/message.ts';
import { type Data, fill, fillForTerminal, fillPlainly } from './fill.ts';
import { admission } from './messages/admission.ts';
import { approval } from './messages/approval.ts';
import { budget } from './messages/budget.ts';
import { bundle } from './messages/bundle.ts';
import { command } from './messages/command.ts';
import { control } from './messages/control.ts';
import { gate } from './messages/gate.ts';
import { merge } from './messages/merge.ts';
import { next } from './messages/next.ts';
import { run } from './messages/run.ts';
import { setup } from './messages/setup.ts';
import { start } from './messages/start.ts';

/** Markdown with gaps as fill.ts reads them; a function chooses between templates, it never puts data into one. */
export type Words = string | ((data: Data) => string);

export const messages: Readonly<Record<string, Words>> = {
  ...start,
  ...admission,
  ...approval,
  ...command,
  ...control,
  ...run,
  ...bundle,
  ...budget,
  ...gate,
  ...merge,
  ...next,
  ...setup,
};

export const hasWords = (id: string): boolean => Object.hasOwn(messages, id);

/** `next-x` without words of its own is said like `x`: most reasons name the next step themselves. */
function templateOf({ id, data }: Message): string {
  const [known] = [id, id.replace(/^next-/, '')].filter(hasWords);
  const words = known === undefined ? undefined : messages[known];
  if (words === undefined) return 'Gantry has no words for `{id}`; please report it.';
  return typeof words === 'string' ? words : words(data);
}

const dataOf = ({ id, data }: Message): Data => ({ ...data, id });

/** The message as Markdown: whatever is in its data is shown as text. Total: an unknown id says so. */
export const say = (message: Message): string => fill(templateOf(message), dataOf(message));

/** The message as lines of plain text: Markdown's marks stand as they were written, and data is shown without escapes. */
export const sayInTerminal = (message: Message): string => fillForTerminal(templateOf(message), dataOf(message));

/** The message as one line of plain text. */
export const sayPlainly = (message: Message, most = 300): string =>
  fillPlainly(templateOf(message), dataOf(message), most);

/** Its first sentence in plain text, without the full stop. Data with full stops in it does not end it. */
export const sayTitle = (message: Message): string => {
  const [first = ''] = templateOf(message).split(/(?<=[.:?])\s/);
  return fillPlainly(first.replace(/[.:]$/, ''), dataOf(message), 120);
};
