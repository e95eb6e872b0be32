// What GitHub would make of rendered Markdown, read from its syntax tree.
import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

export const parse = (markdown: string): Root =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

export const nodesIn = (node: Nodes): Nodes[] => [
  node,
  ...('children' in node ? node.children.flatMap((child: Nodes) => nodesIn(child)) : []),
];

export const htmlIn = (markdown: string): string[] =>
  nodesIn(parse(markdown)).flatMap((node) => (node.type === 'html' ? [node.value.trim()] : []));

export const addressesIn = (markdown: string): string[] =>
  nodesIn(parse(markdown)).flatMap((node) =>
    node.type === 'link' || node.type === 'image' || node.type === 'definition' ? [node.url] : [],
  );

/** Text outside code: the only place where GitHub looks for mentions and references. */
export const proseIn = (markdown: string): string =>
  nodesIn(parse(markdown))
    .flatMap((node) => (node.type === 'text' ? [node.value] : []))
    .join('\n');
