// A check run: a title that names the nearest blocker, what to do about it, and the whole reasoning below.
import type { CheckAnnotation, CheckRunWrite } from '../../adapters/github/contract.ts';
import type { CheckStatus, CheckView } from '../decide/pull/check-view.ts';
import type { CheckName } from '../decide/target.ts';
import type { Message } from '../facts/message.ts';
import type { Verdict } from '../facts/verdict.ts';
import { counted, layerSummary, layerText } from './layer.ts';
import { hasWords, say, sayTitle } from './messages.ts';
import { atMost, paragraphs } from './table.ts';
import { plain, text } from './text.ts';
import { placed, verdictLines, verdictSentencePlainly } from './verdict.ts';

/** GitHub shows few of them and never takes one back: each is to be sent once. */
const mostAnnotations = 50;

const conclusions: Readonly<Record<Exclude<CheckStatus, 'in_progress'>, CheckRunWrite['conclusion']>> = {
  success: 'success',
  failure: 'failure',
  timed_out: 'timed_out',
  action_required: 'action_required',
  neutral: 'neutral',
  skipped: 'skipped',
};

export type RenderedCheck = Pick<
  CheckRunWrite,
  'name' | 'status' | 'conclusion' | 'title' | 'summary' | 'text' | 'annotations'
>;

export function renderCheck(name: CheckName, view: CheckView): RenderedCheck {
  const { status } = view;
  const body = bodyOf(view);
  const annotations = view.verdict ? annotationsOf(view.verdict) : [];
  return {
    name,
    ...(status === 'in_progress'
      ? { status: 'in_progress' as const }
      : { status: 'completed' as const, conclusion: conclusions[status] }),
    title: titleOf(view),
    summary: paragraphs(body.summary, askedAgain(view)),
    ...(body.text !== '' && { text: body.text }),
    ...(annotations.length > 0 && { annotations }),
  };
}

function titleOf({ title, layer }: CheckView): string {
  const numbers = layer && counted(layer);
  return numbers ? `${sayTitle(title)}: ${numbers}` : sayTitle(title);
}

/** So that a request to look again is seen to have been heard, even where nothing changed. */
const askedAgain = ({ times }: CheckView): string =>
  times > 0 ? `<sub>Looked at again on request${times > 1 ? `, ${times} times` : ''}.</sub>` : '';

function bodyOf(view: CheckView): { summary: string; text: string } {
  if (view.layer) return { summary: layerSummary(view.layer), text: layerText(view.layer) };
  if (view.verdict) return ofVerdict(view.title, view.verdict);
  return { summary: ofReasons(view), text: '' };
}

/** What to do about the nearest one; the others are only named, for they may be gone by then. */
function ofReasons({ title, reasons }: CheckView): string {
  const nearest = reasons[0] ?? title;
  const list = reasons.map((reason, index) => `${index + 1}. ${text(sayTitle(reason))}`);
  return reasons.length > 1
    ? paragraphs(adviceOn(nearest) || say(nearest), `Left to do, nearest first:\n\n${atMost(list, 30_000)}`)
    : paragraphs(say(nearest), adviceOn(nearest));
}

/** Empty for reasons that say themselves what is next. */
const adviceOn = ({ id, data }: Message): string => (hasWords(`next-${id}`) ? say({ id: `next-${id}`, data }) : '');

function ofVerdict(title: Message, verdict: Verdict): { summary: string; text: string } {
  const parts = verdict.children ?? [];
  const open = parts.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skip');
  const rest = parts.filter((part) => !open.includes(part));
  const list = (verdicts: Verdict[], room: number) =>
    atMost(
      verdicts.flatMap((one) => verdictLines(one)),
      room,
    );
  return {
    summary: open.length > 0 ? list(open, 50_000) : say(title),
    text: rest.length > 0 ? paragraphs('**Nothing to do about these**', list(rest, 50_000)) : '',
  };
}

const annotationsOf = (verdict: Verdict): CheckAnnotation[] =>
  placed(verdict)
    .flatMap((one) =>
      (one.at ?? []).map(({ path, line }) => ({
        path,
        startLine: line ?? 1,
        endLine: line ?? 1,
        level: 'failure' as const,
        title: plain(one.check ?? 'governance', 100),
        message: verdictSentencePlainly(one),
      })),
    )
    .slice(0, mostAnnotations);
