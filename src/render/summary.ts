// The summary that a run leaves on its page in Actions.
import type { Stage, Submission, Usage } from '../facts/run.ts';
import { counted, duration } from './layer.ts';
import { layerResult, runResult } from './result.ts';
import { paragraphs, table } from './table.ts';
import { code, grouped, prose, text } from './text.ts';

export type RunSummaryView = {
  run: string;
  stage: Stage;
  issue: number;
  submission: Pick<Submission, 'outcome' | 'layers' | 'sandbox'>;
  /** Absent where the run used no model. */
  usage?: Usage | undefined;
};

function box({ name, boxed, unenforced }: Submission['sandbox']): string {
  if (!boxed) return '⚠️ This run was not boxed: nothing kept the code apart from the runner.';
  const gaps = unenforced.slice(0, 20).map((rule) => text(rule, 100));
  return gaps.length > 0 ? `Boxed by ${text(name, 50)}, but not enforced: ${gaps.join(', ')}.` : '';
}

export function renderRunSummary({ run, stage, issue, submission, usage }: RunSummaryView): string {
  const { outcome, layers, sandbox } = submission;
  const rows = (layers ?? []).map((layer) => [
    layer.layer,
    layerResult[layer.conclusion],
    counted(layer) ?? prose(layer.why, 200),
    layer.durationMs === undefined ? '' : duration(layer.durationMs),
  ]);
  return `${paragraphs(
    `### ${runResult(outcome)}: ${stage} for #${issue}`,
    'why' in outcome && prose(outcome.why, 1_000),
    table(['Layer', 'Result', 'What happened', 'Time'], rows),
    box(sandbox),
    usage &&
      `${grouped(usage.calls)} model calls, ${grouped(usage.inputTokens)} tokens in, ${grouped(usage.outputTokens)} out.`,
    `Run ${code(run)}. To try again, type \`/retry\` on the issue: “Re-run” on this page is refused.`,
  )}\n`;
}
