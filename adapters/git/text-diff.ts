// Which lines of a file are new. Contents are compared, not patches parsed: a hostile file name cannot forge a hunk.
import type { AddedLine } from './contract.ts';

/** Git's own rule: a NUL in the first 8,000 bytes. */
export const looksBinary = (bytes: Buffer): boolean => bytes.subarray(0, 8_000).includes(0);

/** Of a binary file: every byte a character. UTF-16 is half NULs and reads as text without them. */
const binaryText = (bytes: Buffer): string => {
  const text = bytes.toString('latin1');
  const bare = text.replaceAll('\0', '');
  return bare.length < text.length * 0.6 ? bare : text.replaceAll('\0', ' ');
};

const textOf = (bytes: Buffer): string => (looksBinary(bytes) ? binaryText(bytes) : bytes.toString('utf8'));

/** A line that the old file has anywhere is not new, as often as it is there. `before` absent: every line is new. */
export const addedLines = (path: string, before: Buffer | undefined, after: Buffer): AddedLine[] => {
  const old = new Map<string, number>();
  for (const text of before === undefined ? [] : textOf(before).split('\n')) old.set(text, (old.get(text) ?? 0) + 1);
  const lines = textOf(after).split('\n');
  if (lines.at(-1) === '') lines.pop();
  const added: AddedLine[] = [];
  for (const [index, text] of lines.entries()) {
    const left = old.get(text) ?? 0;
    if (left > 0) old.set(text, left - 1);
    else added.push({ path, line: index + 1, text });
  }
  return added;
};
