// Fills the gaps of a sentence. Where a gap stands decides how its data is made safe, so no template can forget it.
import { code, inFence, plain, prose } from './text.ts';

/** What strangers and machines supplied, by gap. */
export type Data = Readonly<Record<string, string>>;

const bulletOrGap = /^- \{(\w+)\}$|\{(\w+)\}/gm;
const codeOrProse = /(```[\s\S]*?```|`[^`\n]+`)/;
const mostLines = 20;

const given = (data: Data, key = ''): string => (Object.hasOwn(data, key) ? (data[key] ?? '') : 'unknown');

function linesOf(value: string): string[] {
  const lines = value
    .slice(0, 20_000)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const more = lines.length - mostLines;
  return more > 0 ? [...lines.slice(0, mostLines), `… and ${more} more`] : lines;
}

/** The span's own backticks go, for `code` chooses as many as its data needs. */
const spanOf = (span: string): string => code(span.slice(1, -1), 300);

/** `- {key}` on a line of its own is a bullet for each line of its data. */
const fillGaps = (template: string, data: Data, shown: (piece: string) => string): string =>
  template.replace(bulletOrGap, (_, bullet?: string, key?: string) =>
    bullet === undefined
      ? shown(given(data, key))
      : linesOf(given(data, bullet))
          .map((line) => `- ${shown(line)}`)
          .join('\n'),
  );

/**
 * Markdown. `{key}` in prose is escaped; inside backticks it stays in the code span; in a fenced block it is one line
 * without backticks; `- {key}` on a line of its own gives one bullet for each line of the data.
 */
export const fill = (template: string, data: Data): string =>
  template
    .split(codeOrProse)
    .map((part, index) => {
      if (index % 2 === 0) {
        return fillGaps(part, data, prose);
      }
      const gaps = (shown: (piece: string) => string) =>
        part.replace(/\{(\w+)\}/g, (_, key: string) => shown(given(data, key)));
      return part.startsWith('```') ? gaps((piece) => inFence(piece)) : spanOf(gaps((piece) => plain(piece, 200)));
    })
    .join('');

/** Plain text for a terminal, with the template's lines; a bullet's data is one line each. */
export const fillForTerminal = (template: string, data: Data): string =>
  fillGaps(template, data, (piece) => plain(piece, 2_000));

/** One line of plain text, for titles and annotations. */
export const fillPlainly = (template: string, data: Data, most = 300): string =>
  plain(
    template
      .replace(/```\w*\n|`+/g, '')
      .replace(bulletOrGap, (_, bullet?: string, key?: string) =>
        bullet === undefined ? plain(given(data, key)) : linesOf(given(data, bullet)).join('; '),
      ),
    most,
  );
