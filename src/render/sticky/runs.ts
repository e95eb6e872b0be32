// What was run, what it cost, and whether it was kept apart from the machine it ran on.
import type { StickyView } from '../../decide/pull/sticky-view.ts';
import { amountOf } from '../../facts/budget.ts';
import type { RunLine, TicketReport } from '../../facts/pull.ts';
import { phaseName } from '../phase.ts';
import { runResult } from '../result.ts';
import { details, paragraphs, table } from '../table.ts';
import { code, grouped, prose } from '../text.ts';

const endOf = ({ outcome }: RunLine): string =>
  `${runResult(outcome)}${outcome && 'why' in outcome ? `: ${prose(outcome.why, 200)}` : ''}`;

/** Relative to the pull request's page. */
const where = ({ run, workflowRun }: RunLine): string =>
  workflowRun === undefined ? code(run) : `[${code(run)}](../actions/runs/${workflowRun})`;

const notBoxed = '⚠️ **Not boxed**: nothing kept the agent’s code apart from the runner in at least one run';

/** `unboxed` is missing in reports from before it was told. */
const boxes = ({ isolation, unboxed = isolation === 'none_allowed' || undefined }: TicketReport): string =>
  isolation === 'none'
    ? `${notBoxed}, so Gantry does not merge this by itself.`
    : paragraphs(
        unboxed && `${notBoxed}. Its operator allowed that by name, as the local demo does.`,
        isolation === 'reused' &&
          '⚠️ **Persistent runner**: at least one run used a machine that takes other jobs too, and what one of them left behind may have met it. Gantry does not merge this by itself; a person may.',
      );

const budgetsLine = ({ budgets = [] }: TicketReport): string =>
  budgets.length === 0
    ? ''
    : `Budgets of this issue over its life: ${budgets
        .map(({ budget, limit, used }) => `${code(budget)} ${amountOf(budget, used)} of ${amountOf(budget, limit)}`)
        .join(', ')}.`;

/** The digest's first digits, as the ticket's page shows it; a public address is ours, so it needs no care. */
const evidenceOf = ({ evidence }: RunLine, pages: string | undefined): string => {
  if (evidence === undefined) return '';
  const shown = code(evidence.slice(0, 12));
  return pages === undefined ? shown : `[${shown}](${pages}/artifacts/${evidence})`;
};

export function runsSection({ ticket }: StickyView, pages: string | undefined): string {
  if (!ticket) return '';
  const { runs, tokens } = ticket;
  const spent = `${grouped(tokens.input)} tokens in, ${grouped(tokens.output)} out`;
  const rows = runs.map((line) => [
    line.phase ? `${line.stage}, ${phaseName(line.phase)}` : line.stage,
    where(line),
    endOf(line),
    evidenceOf(line, pages),
  ]);
  const title = `Runs: ${runs.length}, ${spent}`;
  const body = paragraphs(table(['Stage', 'Run', 'Outcome', 'Evidence'], rows, 6_000), budgetsLine(ticket));
  return paragraphs(boxes(ticket), rows.length > 0 && details(title, body));
}
