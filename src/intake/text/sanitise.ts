// Makes text of strangers fit to be stored, shown and given to an agent: what a reader of the page cannot see goes away.
import { longestText, nodesOf, parseMarkdown, rangeOf } from './markdown.ts';

/** Controls, bidi marks, zero width and tag characters. Line ends become "\n"; lone surrogates a replacement character. */
export const stripInvisible = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu, '')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .toWellFormed();

const comment = /<!--[\s\S]*?(?:-->|$)/g;
/** GitHub resolves entities before it looks for mentions. */
const mention = /(?<![\w`/@])(?:@|&#0*64;|&#x0*40;|&commat;)([a-z0-9][a-z0-9-]{0,38}(?:\/[a-z0-9][a-z0-9._-]*)?)/gi;
const quietMentions = (text: string): string => text.replace(mention, '`@$1`');

/** Pieces of the source to replace, by offset. */
type Edit = { from: number; to: number; by: string };

const applied = (source: string, edits: Edit[]): string => {
  let text = '';
  let at = 0;
  for (const { from, to, by } of edits.sort((left, right) => left.from - right.from)) {
    text += source.slice(at, from) + by;
    at = to;
  }
  return text + source.slice(at);
};

/**
 * Removes invisible characters, HTML comments and link definitions that nothing refers to (both render as nothing), and
 * wraps mentions in backticks so that nobody is notified when the text is shown again. Code is left as it is. A text too
 * tangled to be parsed is treated line by line, without regard for code. At most 65,536 characters come back.
 */
export const sanitise = (text: string): string => {
  const source = stripInvisible(text).slice(0, longestText);
  const tree = parseMarkdown(source);
  if (!tree) return quietMentions(source.replace(comment, ''));
  const referred = new Set<string>();
  for (const node of nodesOf(tree)) {
    if (node.type === 'linkReference' || node.type === 'imageReference') referred.add(node.identifier);
  }
  const edits: Edit[] = [];
  for (const node of nodesOf(tree)) {
    const [from, to] = rangeOf(node);
    const piece = source.slice(from, to);
    if (node.type === 'html') edits.push({ from, to, by: quietMentions(piece.replace(comment, '')) });
    else if (node.type === 'text') edits.push({ from, to, by: quietMentions(piece) });
    else if (node.type === 'definition' && !referred.has(node.identifier)) edits.push({ from, to, by: '' });
  }
  return applied(source, edits);
};
