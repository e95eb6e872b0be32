// The table of gates: one row per check, with the reason where it did not pass.
import type { CheckView } from '../../decide/pull/check-view.ts';
import type { StickyView } from '../../decide/pull/sticky-view.ts';
import type { Verdict } from '../../facts/verdict.ts';
import { layerLine } from '../layer.ts';
import { say, sayTitle } from '../messages.ts';
import { layerResult, statusResult } from '../result.ts';
import { atMost, details, paragraphs, table } from '../table.ts';
import { text } from '../text.ts';
import { verdictLines, verdictSentence } from '../verdict.ts';

const isFound = ({ outcome }: Verdict): boolean => outcome === 'fail' || outcome === 'error';

function why({ title, verdict, layer }: CheckView): string {
  if (layer) return layerLine(layer);
  const first = verdict?.children?.find(isFound) ?? verdict?.children?.find(({ outcome }) => outcome === 'pending');
  return first?.check ? `**${first.check}**: ${verdictSentence(first)}` : say(title);
}

const resultOf = ({ status, layer }: CheckView): string =>
  layer ? layerResult[layer.conclusion] : statusResult[status];

function findings(verdict: Verdict | undefined): string {
  const found = (verdict?.children ?? []).filter(isFound);
  if (!found.some(({ children }) => children && children.length > 0)) return '';
  const lines = found.flatMap((child) => verdictLines(child));
  return details('What governance found', atMost(lines, 8_000));
}

export function checksSection({ checks, gate, ticket }: StickyView): string {
  const layersRan = checks.some(({ view }) => view.layer);
  const rows = [
    ...(layersRan
      ? []
      : [
          ['static, unit, integration, smoke', '⚪ not run yet', 'They run on the finished work, before it is pushed.'],
        ]),
    ...checks.map(({ name, view }) => [`\`${name}\``, resultOf(view), why(view)]),
    ['`harness/gate`', statusResult[gate.status], text(sayTitle(gate.title))],
  ];
  const governance = checks.find(({ name }) => name === 'harness/governance')?.view.verdict;
  return paragraphs(
    table(['Check', 'Result', 'Why'], rows, 8_000),
    layersRan && ticket?.layers?.stored && 'The layers judged finished work that is not pushed yet.',
    findings(governance),
  );
}
