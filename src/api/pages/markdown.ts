// The sentences of render/ as HTML. Only what they are made of is known: everything else is shown as its text.
import type { Nodes, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString as textOf } from 'mdast-util-to-string';
import type { Message } from '../../facts/message.ts';
import { say } from '../../render/messages.ts';
import { plain as plainText } from '../../render/text.ts';
import { type Html, html } from './html.ts';

/** render/text.ts puts it into names and numbers against GitHub's filters; here nothing would link them. */
const gaps = /\u200b/g;

export const markdown = (source: string): Html => html`${fromMarkdown(source).children.map(shown)}`;

/** As `markdown`, without the paragraph around a single one: for cells and list items. */
export function inlineMarkdown(source: string): Html {
  const { children } = fromMarkdown(source);
  const [only] = children;
  return children.length === 1 && only?.type === 'paragraph'
    ? html`${only.children.map(shown)}`
    : html`${children.map(shown)}`;
}

/** One line of plain text: what is said, without how it is marked. */
export const plainly = (message: Message, most = 1_000): string =>
  plainText(
    fromMarkdown(say(message))
      .children.map((node) => plain(textOf(node)))
      .join(' '),
    most,
  );

/** The first paragraph, and the first block of code in short: for lists. */
export function briefly(message: Message): Html {
  const { children } = fromMarkdown(say(message));
  const first = children.find(({ type }) => type === 'paragraph');
  const code = children.find((node) => node.type === 'code');
  return html`${first ? inside(first) : ''}${code?.type === 'code' ? html` <code>${plainText(code.value, 24)}</code>` : ''}`;
}

function shown(node: RootContent): Html {
  switch (node.type) {
    case 'paragraph':
      return html`<p>${inside(node)}</p>`;
    case 'heading':
      return html`<p><strong>${inside(node)}</strong></p>`;
    case 'list':
      return node.ordered ? html`<ol>${inside(node)}</ol>` : html`<ul>${inside(node)}</ul>`;
    case 'listItem':
      return html`<li>${inside(node)}</li>`;
    case 'strong':
      return html`<strong>${inside(node)}</strong>`;
    case 'emphasis':
      return html`<em>${inside(node)}</em>`;
    case 'inlineCode':
      return html`<code>${plain(node.value)}</code>`;
    case 'code':
      return html`<pre>${plain(node.value)}</pre>`;
    case 'break':
      return html`<br>`;
    case 'text':
      return html`${plain(node.value)}`;
    default:
      return html`${plain(textOf(node))}`;
  }
}

const inside = (node: Nodes): Html[] => ('children' in node ? node.children.map(shown) : []);
const plain = (value: string): string => value.replace(gaps, '');
