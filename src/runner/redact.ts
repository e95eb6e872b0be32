// Text of hostile programs before it is shown or kept: no secrets, no control characters, bounded.
import { withoutSecrets } from '../facts/secret.ts';

/** Colours and cursor moves, then every other control character but tab and line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

export const redact = (text: string): string => withoutSecrets(text.replace(control, ''));

/** One line of at most `most` characters, for a sentence. */
export const oneLine = (text: string, most = 300): string => {
  const line = redact(text).replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};

/** The end of a text, without a half line or half a character at its front. */
export const lastOf = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const end = text.slice(-most);
  return end.slice(end.indexOf('\n') + 1);
};
