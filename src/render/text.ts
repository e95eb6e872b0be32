// Text of strangers made fit to be shown: it stays text. No markup, no link, no mention, no reference, nothing invisible.

/** Characters that a reader cannot see, among them bidi marks and zero width ones. */
const invisible = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
const controls = /[^\P{Cc}\t\n]/gu;
/** Breaks a word for GitHub's mention, reference and link filters without being seen. */
const gap = '\u200b';

const visible = (data: string): string =>
  data.replace(/\r\n?/g, '\n').replace(invisible, '').replace(controls, '').toWellFormed();

const cut = (line: string, most: number): string =>
  line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;

/** One line without markup for places that show text as it is: titles, annotations. At most `most` characters. */
export const plain = (data: string, most = 300): string =>
  cut(
    visible(data.slice(0, most * 4))
      .replace(/\s+/g, ' ')
      .trim(),
    most,
  );

/**
 * One line of prose in Markdown, safe anywhere but in code. Backslashes would not do for "@", "#" and URLs: GitHub looks
 * for those after Markdown was read, and resolves entities before it does.
 */
export const text = (data: string, most = 300): string => escaped(plain(data, most));

const escaped = (line: string): string =>
  line
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]~$]/g, '\\$&')
    .replace(/^[#+=:-]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/@/g, `@${gap}`)
    .replace(/#(?=\d)/g, `#${gap}`)
    .replace(/GH-(?=\d)/gi, `$&${gap}`)
    .replace(/:\/\//g, `:${gap}//`)
    .replace(/www(?=\.)/gi, `$&${gap}`);

/** Code is shown as it is, so only what could be taken for one of our own markers is broken. */
const withoutMarkers = (data: string): string => data.replace(/<!--/g, `<!${gap}--`);

/** One line for the inside of a fenced block that stands already. */
export const inFence = (data: string, most = 200): string => withoutMarkers(plain(data, most)).replaceAll('`', "'");

const ticksAround = (data: string, least: number): string => {
  const longest = Math.max(0, ...(data.match(/`+/g) ?? []).map((run) => run.length));
  return '`'.repeat(longest < least ? least : longest + 1);
};

/** A code span; empty data gives an empty text. */
export const code = (data: string, most = 200): string => {
  const inner = withoutMarkers(plain(data, most));
  if (inner === '') return '';
  const ticks = ticksAround(inner, 1);
  const padded = inner.startsWith('`') || inner.endsWith('`') ? ` ${inner} ` : inner;
  return `${ticks}${padded}${ticks}`;
};

/** Like `text`, but what the author put between backticks stays code. */
export const prose = (data: string, most = 300): string =>
  plain(data, most)
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 0 ? escaped(part) : code(part.slice(1, -1), most)))
    .join('');

/** A fenced block of several lines. Of a longer text the end is kept: that is where commands say what went wrong. */
export const fence = (data: string, most = 8_000): string => {
  const all = visible(data.slice(-most * 2));
  const kept = withoutMarkers(all.length > most ? `…${all.slice(-most).replace(/^[\udc00-\udfff]/, '')}` : all);
  const ticks = ticksAround(kept, 3);
  return `${ticks}text\n${kept.replace(/\n+$/, '')}\n${ticks}`;
};

/** Finished Markdown as one table cell. */
export const cell = (markdown: string): string => markdown.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, '<br>');

/** `12345` as `12,345`, whatever the machine's language. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** `2026-03-01T10:00:05Z` as `2026-03-01 10:00 UTC`. */
export const shownTime = (iso: string): string => `${plain(iso, 40).slice(0, 16).replace('T', ' ')} UTC`;

/** As much of a commit or digest as a person compares. */
export const short = (hash: string): string => plain(hash, 100).slice(0, 8);
