// Git's NUL-separated machine formats as values.
import { Bug } from '../../src/errors.ts';
import type { ChangedFile, TreeEntry } from './contract.ts';

/** Fields of a NUL-terminated listing, as bytes: names need not be UTF-8. */
export const fields = (output: Buffer): Buffer[] => {
  const parts: Buffer[] = [];
  let from = 0;
  for (let end = output.indexOf(0, from); end >= 0; end = output.indexOf(0, from)) {
    parts.push(output.subarray(from, end));
    from = end + 1;
  }
  return parts;
};

/** `ls-tree -r -z`, with or without `-l`. The path stays bytes. */
export const treeLine = (line: Buffer): { mode: string; blob: string; size?: number; path: Buffer } => {
  const tab = line.indexOf('\t');
  const [mode, , blob, size] = line.subarray(0, tab).toString('latin1').split(/ +/);
  if (mode === undefined || blob === undefined) throw new Bug('git ls-tree answered a line of another form.');
  const bytes = Number(size ?? Number.NaN);
  return { mode, blob, path: line.subarray(tab + 1), ...(Number.isNaN(bytes) ? {} : { size: bytes }) };
};

export const parseTree = (output: Buffer): TreeEntry[] =>
  fields(output).map((line) => {
    const entry = treeLine(line);
    return { ...entry, path: entry.path.toString('utf8') };
  });

const statuses: Record<string, ChangedFile['status']> = {
  A: 'added',
  M: 'modified',
  D: 'removed',
  R: 'renamed',
  C: 'copied',
  T: 'type',
};

const orNull = (value: string): string | null => (/^0+$/.test(value) ? null : value);

/** `diff-tree -r -z --raw --no-abbrev`. */
export const parseRawDiff = (output: Buffer): ChangedFile[] => {
  const parts = fields(output);
  const files: ChangedFile[] = [];
  for (let index = 0; index < parts.length; ) {
    const head = parts[index++]?.toString('latin1') ?? '';
    const [, oldMode, newMode, oldBlob, newBlob, letter] =
      /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/.exec(head) ?? [];
    const status = statuses[letter ?? ''];
    const first = parts[index++]?.toString('utf8');
    if (!oldMode || !newMode || !oldBlob || !newBlob || status === undefined || first === undefined) {
      throw new Bug('git diff-tree answered a line of another form.');
    }
    const moved = status === 'renamed' || status === 'copied';
    const second = moved ? parts[index++]?.toString('utf8') : undefined;
    files.push({
      path: second ?? first,
      ...(second === undefined ? {} : { from: first }),
      status,
      oldBlob: orNull(oldBlob),
      newBlob: orNull(newBlob),
      oldMode: orNull(oldMode),
      newMode: orNull(newMode),
    });
  }
  return files;
};

/** `cat-file --batch`: object name → type and bytes. Names that git does not know are left out. */
export const parseBatch = (output: Buffer): Map<string, { type: string; bytes: Buffer }> => {
  const found = new Map<string, { type: string; bytes: Buffer }>();
  for (let from = 0; from < output.length; ) {
    const end = output.indexOf('\n', from);
    const [name, type, size] = output.subarray(from, end).toString('latin1').split(' ');
    from = end + 1;
    if (name === undefined || type === undefined || size === undefined) continue;
    found.set(name, { type, bytes: output.subarray(from, from + Number(size)) });
    from += Number(size) + 1;
  }
  return found;
};
