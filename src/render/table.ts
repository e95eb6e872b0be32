// Tables and folded parts that never grow past what they may take of a comment.
import { cell } from './text.ts';

/** Rows of finished Markdown; those that do not fit into `room` characters are counted instead. No rows, no table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], room = 12_000): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const lines = [line(head), `|${head.map(() => '---').join('|')}|`];
  let left = room;
  let shown = 0;
  for (const row of rows) {
    const next = line(row);
    if (next.length > left) break;
    left -= next.length;
    shown += 1;
    lines.push(next);
  }
  const more = rows.length - shown;
  return more > 0 ? `${lines.join('\n')}\n\n… and ${more} more` : lines.join('\n');
}

/** Lines that do not fit into `room` characters are counted instead. */
export function atMost(lines: readonly string[], room = 12_000): string {
  let left = room;
  const shown: string[] = [];
  for (const line of lines) {
    if (line.length > left) break;
    left -= line.length + 1;
    shown.push(line);
  }
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, '', `… and ${more} more`].join('\n') : shown.join('\n');
}

/** `summary` is HTML of our own, never data. */
export const details = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;

/** The parts that have something to say, as paragraphs. */
export const paragraphs = (...parts: readonly (string | undefined | false)[]): string =>
  parts.filter((part) => part !== undefined && part !== false && part !== '').join('\n\n');
