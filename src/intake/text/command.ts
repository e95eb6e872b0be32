// Reads the commands in a comment from its syntax tree: only what stands first on a line of a top-level paragraph counts.
// Code, quotes, lists, tables, links, footnotes, escapes and everything inside HTML are text about commands, not commands.
import { distance } from 'fastest-levenshtein';
import type { Paragraph, RootContent } from 'mdast';
import { Command, type CommandName, commandTable, type Parameter, usage } from '../../facts/command-given.ts';
import { nodesOf, parseMarkdown, rangeOf } from './markdown.ts';
import { stripInvisible } from './sanitise.ts';

/**
 * `unknown` may hold plain text that merely looks like a command ("/tmp is full"): only an entry with `didYouMean` is
 * worth an answer. `malformed.problem` is a sentence for the author. All in the order of the comment.
 */
export type CommandsRead = {
  commands: Command[];
  unknown: { text: string; didYouMean?: string }[];
  malformed: { command: string; problem: string; usage: string }[];
};

/** More than this in one comment is not a person typing; the rest is not read. */
const mostCommands = 20;
/** Anybody can comment anywhere, so commands are looked for only in comments that are cheap to parse, in characters. */
const longestComment = 16_384;

const names = Object.keys(commandTable).map((name) => name as CommandName);
const families = new Set(names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0] ?? name));

const voidElements = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/i;

/** How many elements a piece of HTML leaves open, negative where it closes more than it opens. Comments have no tags. */
const elementsOpened = (html: string): number => {
  let open = 0;
  for (const [, slash, name = '', selfClosing] of html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .matchAll(/<(\/?)([a-z][a-z0-9-]*)[^<>]*?(\/?)>/gi)) {
    if (voidElements.test(name) || selfClosing) continue;
    open += slash ? -1 : 1;
  }
  return open;
};

/** Source lines of a paragraph that start with a text node and "/", while no HTML element is open. */
function* linesOf(paragraph: Paragraph, source: string, html: { open: number }): Generator<string> {
  const children = new Set<unknown>(paragraph.children);
  for (const node of nodesOf(paragraph)) {
    if (node.type === 'html') html.open = Math.max(0, html.open + elementsOpened(node.value));
    if (node.type !== 'text' || html.open > 0 || !children.has(node)) continue;
    const [start, end] = rangeOf(node);
    for (const match of source.slice(start, end).matchAll(/(^|[\r\n])[ \t]*\//g)) {
      const slash = start + match.index + match[0].length - 1;
      const lineStart = Math.max(source.lastIndexOf('\n', slash - 1), source.lastIndexOf('\r', slash - 1)) + 1;
      if (source.slice(lineStart, slash).trim() === '') yield source.slice(slash).split(/[\r\n]/, 1)[0] ?? '';
    }
  }
}

function* commandLines(body: string, blocks: readonly RootContent[]): Generator<string> {
  const html = { open: 0 };
  for (const block of blocks) {
    if (block.type === 'html') html.open = Math.max(0, html.open + elementsOpened(block.value));
    if (block.type === 'paragraph') yield* linesOf(block, body, html);
  }
}

/** Without a syntax tree nothing is obeyed, but who typed a command learns why it had no effect. */
const unparsed = (body: string): CommandsRead['malformed'] => {
  const found = names.find((name) => new RegExp(`^[ \\t]*/${name}(?![\\w/-])`, 'm').test(body));
  const problem = 'the comment around it is too long or too tangled to be read; type it in a comment of its own';
  return found === undefined ? [] : [{ command: found, problem, usage: usage(found) }];
};

const nearest = (typed: string): string | undefined => {
  const [best] = names
    .map((name) => ({ name, away: distance(typed, name) }))
    .sort((left, right) => left.away - right.away);
  return best && best.away <= Math.max(1, Math.floor(best.name.length / 4)) ? `/${best.name}` : undefined;
};

type Arguments = { values: Record<string, string | number> } | { problem: string };

const readArguments = (parameters: readonly Parameter[], text: string): Arguments => {
  const values: Record<string, string | number> = {};
  let left = text;
  for (const { key, shown, reads, optional } of parameters) {
    const [word = ''] = left.split(/\s/, 1);
    const taken = reads === 'rest' ? left : word;
    if (taken === '' && optional) continue;
    if (taken === '') return { problem: `<${shown}> is missing` };
    if (reads === 'number' && !/^\d{1,9}$/.test(taken)) return { problem: `<${shown}> must be a number` };
    values[key] = reads === 'number' ? Number(taken) : taken;
    left = left.slice(taken.length).trim();
  }
  return left === '' ? { values } : { problem: `"${left.slice(0, 40)}" is too much: nothing may follow on that line` };
};

const readLine = (line: string, found: CommandsRead): void => {
  const words = stripInvisible(line).trim().slice(1).split(/\s+/);
  const [first = '', second = ''] = words.map((word) => word.toLowerCase());
  const typed = families.has(first) ? `${first} ${second}`.trim() : first;
  if (!/^[a-z][^/]{0,39}$/.test(typed)) return;
  const name = names.find((candidate) => candidate === typed);
  if (!name) {
    const [family] = [...families].filter((candidate) => candidate === typed);
    if (family) {
      const verbs = names.filter((candidate) => candidate.startsWith(`${family} `));
      found.malformed.push({ command: family, problem: 'it needs one more word', usage: verbs.map(usage).join(', ') });
      return;
    }
    const didYouMean = nearest(typed);
    found.unknown.push({ text: `/${typed}`, ...(didYouMean === undefined ? {} : { didYouMean }) });
    return;
  }
  const text = words.slice(name.split(' ').length).join(' ');
  const read = readArguments(commandTable[name].parameters, text);
  const parsed = 'values' in read ? Command.safeParse({ name, ...lowerDigests(read.values) }) : undefined;
  if (parsed?.success) found.commands.push(parsed.data);
  else {
    const problem = 'problem' in read ? read.problem : (parsed?.error?.issues[0]?.message ?? 'it could not be read');
    found.malformed.push({ command: name, problem, usage: usage(name) });
  }
};

const lowerDigests = (values: Record<string, string | number>): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      (key === 'digest' || key === 'sha') && typeof value === 'string' ? value.toLowerCase() : value,
    ]),
  );

/** Never throws. In a text too long or too tangled for the parser nothing is obeyed; a command is answered as malformed. */
export const readCommands = (body: string): CommandsRead => {
  const found: CommandsRead = { commands: [], unknown: [], malformed: [] };
  if (!/^[ \t]*\//m.test(body)) return found;
  const tree = body.length > longestComment ? undefined : parseMarkdown(body);
  if (!tree) return { ...found, malformed: unparsed(body) };
  let read = 0;
  for (const line of commandLines(body, tree.children)) {
    if (read++ >= mostCommands) break;
    readLine(line, found);
  }
  return found;
};
