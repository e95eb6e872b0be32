// tasks.md of an OpenSpec change: the text with every task box emptied.
import type { ListItem } from 'mdast';
import { nodesOf, parseMarkdown, rangeOf } from './markdown.ts';

/** Offset of the character between the brackets of a task item, or undefined where the item has no box. */
const boxOf = (item: ListItem, source: string): number | undefined => {
  const [paragraph] = item.children;
  if (typeof item.checked !== 'boolean' || paragraph?.type !== 'paragraph') return undefined;
  const [start] = rangeOf(item);
  const [first] = paragraph.children;
  const before = source.slice(start, first ? rangeOf(first)[0] : rangeOf(paragraph)[1]);
  const box = /\[[ xX]\]\s*$/.exec(before);
  return box ? start + box.index + 1 : undefined;
};

/**
 * The text with the box of every task item emptied, found by syntax tree: a box in code or in a sentence stays. Length
 * and everything else are kept. A text too tangled to be parsed is returned as it is, so then a ticked box counts as an edit.
 */
export const maskTasks = (markdown: string): string => {
  const tree = parseMarkdown(markdown);
  if (!tree) return markdown;
  const characters = markdown.split('');
  for (const node of nodesOf(tree)) {
    const box = node.type === 'listItem' ? boxOf(node, markdown) : undefined;
    if (box !== undefined) characters[box] = ' ';
  }
  return characters.join('');
};
