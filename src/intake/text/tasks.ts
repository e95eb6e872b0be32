// tasks.md of an OpenSpec change: its phases, and the text with every task box emptied.
import type { ListItem, Root, RootContent } from 'mdast';
import type { PlanPhase } from '../../facts/plan.ts';
import { nodesOf, parseMarkdown, plainText, rangeOf } from './markdown.ts';
import { stripInvisible } from './sanitise.ts';

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

/** `text`: as it stands in tasks.md, heading included. */
export type PhaseText = PlanPhase & { text: string };

const numbered = /^\d{1,3}[.):]?\s+/;
const longestTitle = 100;

const begins = (block: RootContent): boolean =>
  block.type === 'heading' && block.depth === 2 && numbered.test(plainText(block));

const tasksIn = (blocks: readonly RootContent[]): number =>
  blocks
    .flatMap((block) => [...nodesOf(block)])
    .filter((node) => node.type === 'listItem' && typeof node.checked === 'boolean').length;

/**
 * The phases in their order: each begins at a heading `## n. Title` and has tasks. A section without tasks belongs to the
 * phase before it, and what stands before the first phase belongs to that one, so that no line of tasks.md is lost. A text
 * without such headings, or one too tangled to be parsed, has no phases.
 */
export const readPhases = (markdown: string): PhaseText[] => {
  const tree = parseMarkdown(markdown);
  if (!tree) return [];
  const starts = phaseStarts(tree);
  return starts.map((at, index) => {
    const from = index === 0 ? 0 : at;
    const to = starts[index + 1] ?? tree.children.length;
    const blocks = tree.children.slice(from, to);
    return {
      title: titleOf(tree.children[at]),
      tasks: tasksIn(blocks),
      text: markdown.slice(startOf(tree, from), startOf(tree, to, markdown.length)).trim(),
    };
  });
};

const phaseStarts = ({ children }: Root): number[] => {
  const headings = children.flatMap((block, index) => (begins(block) ? [index] : []));
  return headings.filter((at, index) => tasksIn(children.slice(at, headings[index + 1])) > 0);
};

const startOf = ({ children }: Root, index: number, end = 0): number => {
  const block = children[index];
  return block ? rangeOf(block)[0] : end;
};

const titleOf = (heading: RootContent | undefined): string => {
  const title = stripInvisible(heading ? plainText(heading) : '')
    .replace(numbered, '')
    .trim();
  return title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title;
};
