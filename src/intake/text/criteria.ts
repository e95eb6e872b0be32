// Reads the acceptance criteria out of an issue: the list under "Acceptance criteria", or its GIVEN/WHEN/THEN paragraphs.
import { createHash } from 'node:crypto';
import type { RootContent } from 'mdast';
import type { Criterion } from '../../facts/plan.ts';
import { parseMarkdown, plainText } from './markdown.ts';
import { sanitise } from './sanitise.ts';

/**
 * `body`: sanitised, still untrusted. `bodyDigest`: sha256 hex of title, NUL, body as they came, so that any edit shows.
 * `criteria`: empty where the section is missing or empty; at most 100, each cut at 1,000 characters.
 */
export type IssueText = { criteria: Criterion[]; bodyDigest: string; body: string };

const mostCriteria = 100;
const longestCriterion = 1_000;

const sectionName =
  /^[\W\d]*(?:acceptance (?:criteri(?:a|on)|tests?)|success criteria|criteria (?:for|of) acceptance|definition of done|done when|AC)\W*$/i;

const isTitle = (block: RootContent): boolean =>
  block.type === 'paragraph' &&
  block.children.some(({ type }) => type === 'strong') &&
  block.children.every((child) => child.type === 'strong' || (child.type === 'text' && /^[\s:]*$/.test(child.value)));

/** The blocks under the section's heading: to the next heading that is not deeper, or the next bold line. */
const sectionOf = (blocks: readonly RootContent[]): RootContent[] => {
  const start = blocks.findIndex(
    (block) =>
      sectionName.test(plainText(block)) &&
      (block.type === 'heading' || isTitle(block) || (block.type === 'paragraph' && plainText(block).endsWith(':'))),
  );
  const title = blocks[start];
  if (!title) return [];
  const after = blocks.slice(start + 1);
  const end = after.findIndex((block) =>
    title.type === 'heading'
      ? block.type === 'heading' && block.depth <= title.depth
      : block.type === 'heading' || isTitle(block),
  );
  return end < 0 ? after : after.slice(0, end);
};

const step = /^\W*(given|when|then|and|but)\b/i;
const stepOf = (line: string): string | undefined => step.exec(line)?.[1]?.toLowerCase();

/** Joins steps that were written as items of their own: GIVEN starts a criterion, WHEN too unless it follows a GIVEN. */
const joinSteps = (lines: readonly string[]): string[] => {
  const criteria: string[] = [];
  let last: string | undefined;
  for (const line of lines) {
    const now = stepOf(line);
    const whole = now === 'given' || now === 'when' ? /\bthen\b/i.test(line) : false;
    const continues =
      last !== undefined && (now === 'and' || now === 'but' || now === 'then' || (now === 'when' && last === 'given'));
    if (continues) criteria.push(`${criteria.pop() ?? ''} ${line}`.trim());
    else criteria.push(line);
    if (now === undefined || whole) last = undefined;
    else if (now === 'given' || now === 'when' || now === 'then' || !continues) last = now;
  }
  return criteria;
};

const linesOf = (blocks: readonly RootContent[]): string[] =>
  blocks.flatMap((block) => {
    if (block.type === 'list') return block.children.map(plainText);
    if (block.type !== 'paragraph') return [];
    const text = plainText(block);
    return step.test(text) ? [text] : [];
  });

/** `AC-2: text` keeps its number only where the whole list is numbered so, in order; else the position counts. */
const withIds = (texts: readonly string[]): Criterion[] => {
  const own = texts.map((text) => /^AC-?(\d{1,3})[:.)]?\s+(.+)$/i.exec(text));
  const ordered = own.every((match, index) => Number(match?.[1]) === index + 1);
  return texts.map((text, index) => ({ id: `AC-${index + 1}`, text: ordered ? (own[index]?.[2] ?? text) : text }));
};

/** Reads an issue as GitHub sent it. `body` null is an issue without text. Never throws. */
export const readIssueText = (issue: { title: string; body: string | null }): IssueText => {
  const body = sanitise(issue.body ?? '');
  const texts = joinSteps(linesOf(sectionOf(parseMarkdown(body)?.children ?? [])))
    .filter((text) => text !== '' && !/^_?no response_?$/i.test(text))
    .slice(0, mostCriteria)
    .map((text) => (text.length > longestCriterion ? `${text.slice(0, longestCriterion - 1)}…` : text));
  const bodyDigest = createHash('sha256')
    .update(`${issue.title}\0${issue.body ?? ''}`)
    .digest('hex');
  return { criteria: withIds(texts), bodyDigest, body };
};
