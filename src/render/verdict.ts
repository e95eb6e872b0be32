// A verdict as people read it: the sentence of each part, nested as it was judged.
import { sentence } from '../../checks/index.ts';
import type { Verdict } from '../facts/verdict.ts';
import { fill, fillPlainly } from './fill.ts';
import { outcomeIcon } from './result.ts';
import { short } from './text.ts';

const hash = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** The check's sentence with its data taken out, so that fill can see where each piece stands. */
function templateOf(verdict: Verdict): { template: string; data: Record<string, string> } {
  const data: Record<string, string> = {};
  const template = sentence(verdict, (piece) => {
    const key = String(Object.keys(data).length);
    data[key] = hash.test(piece) ? short(piece) : piece;
    return `{${key}}`;
  });
  return { template, data };
}

export const verdictSentence = (verdict: Verdict): string => {
  const { template, data } = templateOf(verdict);
  return fill(template, data);
};

export const verdictSentencePlainly = (verdict: Verdict, most = 1_000): string => {
  const { template, data } = templateOf(verdict);
  return fillPlainly(template, data, most);
};

/** One bullet per verdict, children indented below. Depth is bounded by what checks build: two below the check. */
export const verdictLines = (verdict: Verdict, depth = 0): string[] => {
  const name = depth === 0 && verdict.check ? `**${verdict.check}**: ` : '';
  const own = `${'  '.repeat(depth)}- ${outcomeIcon[verdict.outcome]} ${name}${verdictSentence(verdict)}`;
  return depth > 4 ? [own] : [own, ...(verdict.children ?? []).flatMap((child) => verdictLines(child, depth + 1))];
};

/** The verdicts that name places, with the sentence that explains them. */
export const placed = (verdict: Verdict): Verdict[] => [
  ...(verdict.at && verdict.outcome !== 'pass' ? [verdict] : []),
  ...(verdict.children ?? []).flatMap(placed),
];
