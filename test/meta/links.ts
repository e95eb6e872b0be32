// What a page refers to: links, code spans and code blocks, found in its syntax tree.
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';

export type Page = {
  /** Addresses of links and images. */
  links: string[];
  /** Code inside a line. */
  spans: string[];
  /** Code blocks, with their language. */
  blocks: { language: string; text: string }[];
  /** Anchors of the headings, as GitHub makes them. */
  anchors: string[];
};

export function readPage(text: string): Page {
  const page: Page = { links: [], spans: [], blocks: [], anchors: [] };
  visit(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }), (node) => {
    if (node.type === 'link' || node.type === 'image' || node.type === 'definition') page.links.push(node.url);
    if (node.type === 'inlineCode') page.spans.push(node.value);
    if (node.type === 'code') page.blocks.push({ language: node.lang ?? '', text: node.value });
  });
  page.anchors.push(...[...text.matchAll(/^#{1,6}\s+(.+?)\s*$/gm)].map(([, title = '']) => anchorOf(title)));
  return page;
}

const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const ours = /^(src|adapters|checks|test|bench|docs|\.github|\.ci)\//;
const alone = /^[\w.-]+\.(ts|mjs|json|yml|md|example)$/;

/** Files and folders of this project that a code span names; up to the first placeholder where it has one. */
export function pathsNamed(spans: readonly string[]): string[] {
  return spans.flatMap((span) => {
    const [name = ''] = span.split('#');
    if (/\s/.test(name) || !(ours.test(name) || alone.test(name))) return [];
    if (!/[<{*]|NNNN/.test(name)) return [name.replace(/\/$/, '')];
    const fixed = name.slice(0, name.search(/[<{*]|NNNN/));
    return [fixed.slice(0, Math.max(0, fixed.lastIndexOf('/')))].filter((folder) => folder !== '');
  });
}
