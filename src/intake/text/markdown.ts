// Markdown to syntax tree, bounded. Some inputs take the parser seconds (64 KB of ">": 15 s and a stack overflow), so text
// that nobody writes by hand is refused before it is parsed. Nothing here recurses over the tree.
import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/** GitHub's own limit for a comment or an issue body, in characters. */
export const longestText = 65_536;
/** Quote and list markers at the start of one line; each costs a level of nesting. A rule ("- - -") has none. */
const mostMarkers = 10;
const markers = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)|\[\^[^\]\s]*\]:))+/;
const rule = /^[ \t]*(?:(?:-[ \t]*)+|(?:\*[ \t]*)+)$/;

/**
 * Marks whose cost is quadratic in their number, and how many a text may have: each bound keeps it under half a second.
 * An underscore within a word is no mark, so pasted logs and code do not count.
 */
const bounds: readonly (readonly [RegExp, number])[] = [
  [/[*~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, 4_000],
  [/\[/g, 4_000],
  [/<[!?]/g, 200],
];

const tooComplex = (text: string): boolean =>
  text.length > longestText ||
  bounds.some(([mark, most]) => (text.match(mark)?.length ?? 0) > most) ||
  text.split(/[\r\n]/).some((line) => {
    const start = rule.test(line) ? '' : (markers.exec(line)?.[0] ?? '');
    return (start.match(/[>+*.)\]-]/g)?.length ?? 0) > mostMarkers;
  });

/** Undefined: the text is longer or more tangled than a person writes; callers treat it as holding nothing. */
export const parseMarkdown = (text: string): Root | undefined => {
  if (tooComplex(text)) return undefined;
  try {
    return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  } catch (error) {
    // A stack overflow: nesting that the bounds above did not foresee. Anything else is a defect of ours or the parser's.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** Every node in document order, parents before children. */
export function* nodesOf(root: Nodes): Generator<Nodes> {
  const waiting: Nodes[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node;
    if ('children' in node) for (const child of node.children.toReversed()) waiting.push(child);
  }
}

/** Where a node stands in the source, as offsets. Every node that came from the parser has them. */
export const rangeOf = (node: Nodes): readonly [number, number] => [
  node.position?.start.offset ?? 0,
  node.position?.end.offset ?? 0,
];

/** Plain text of a node: code keeps its backticks, images and HTML vanish, blocks and line ends become one space. */
export const plainText = (root: Nodes): string => {
  const parts: string[] = [];
  for (const node of nodesOf(root)) {
    if (node.type === 'text') parts.push(node.value);
    else if (node.type === 'inlineCode') parts.push(`\`${node.value}\``);
    else if (node.type === 'code') parts.push(` \`${node.value}\` `);
    else if (node.type === 'paragraph' || node.type === 'break') parts.push(' ');
  }
  return parts.join('').replace(/\s+/g, ' ').trim();
};
