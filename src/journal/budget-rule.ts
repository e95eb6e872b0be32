// Which budgets bear on a model call, and what they leave of it. Pure: the sums are read under the locks of budget.ts.
import { type BudgetName, type BudgetUnit, type BudgetUse, nearShare, unitOf } from '../facts/budget.ts';
import type { RunBudget } from '../facts/run.ts';

/** Tokens, and the micro-dollars that they cost. */
export type Spent = { tokens: number; micros: number };
/** Of the run also the calls that the provider was asked, and the seconds since a runner took it. */
export type Sums = { run: Spent & { calls: number; seconds: number }; ticket: Spent; day: Spent };

/** What a call asks for, in tokens. `rate`: micro-dollars per token; absent where no price is known. */
export type Ask = {
  input: number;
  leastOutput: number;
  mostOutput: number;
  rate?: { input: number; output: number } | undefined;
};

export type Grant = { output: number; micros: number; near: BudgetUse | undefined } | { spent: BudgetUse };

/** One line per budget that is limited, from the narrowest to the widest. */
export function linesOf(budget: RunBudget, { run, ticket, day }: Sums): BudgetUse[] {
  const lines: [BudgetName, number | undefined, number][] = [
    ['runMinutes', budget.wallSeconds, run.seconds],
    ['runCalls', budget.calls, run.calls],
    ['runTokens', budget.tokens, run.tokens],
    ['runCost', budget.cost, run.micros],
    ['ticketTokens', budget.ticketTokens, ticket.tokens],
    ['ticketCost', budget.ticketCost, ticket.micros],
    ['dayTokens', budget.dayTokens, day.tokens],
    ['dayCost', budget.dayCost, day.micros],
  ];
  return lines.flatMap(([name, limit, used]) => (limit === undefined ? [] : [{ budget: name, limit, used }]));
}

export const hasCost = ({ cost, ticketCost, dayCost }: RunBudget): boolean =>
  cost !== undefined || ticketCost !== undefined || dayCost !== undefined;

/** The most output that every budget allows, or the budget that allows less than the least. */
export function grant(lines: readonly BudgetUse[], ask: Ask): Grant {
  const rooms = lines.map((line) => ({ line, room: roomFor(line, ask) }));
  const tightest = rooms.reduce<(typeof rooms)[number] | undefined>(
    (least, one) => (least === undefined || one.room < least.room ? one : least),
    undefined,
  );
  if (tightest && tightest.room < ask.leastOutput) return { spent: tightest.line };
  const output = Math.min(ask.mostOutput, tightest?.room ?? ask.mostOutput);
  return { output, micros: costOf(ask, output), near: nearest(lines, ask) };
}

function roomFor({ budget, limit, used }: BudgetUse, { input, rate }: Ask): number {
  const unit = unitOf(budget);
  const left = limit - used;
  if (unit === 'tokens') return left - input;
  // Time and calls leave room for all of a call, or for none.
  if (unit !== 'micros') return left > 0 ? Number.POSITIVE_INFINITY : -1;
  if (!rate) return Number.POSITIVE_INFINITY;
  const afterInput = left - input * rate.input;
  if (afterInput < 0) return -1;
  return rate.output === 0 ? Number.POSITIVE_INFINITY : Math.floor(afterInput / rate.output);
}

/** The budget of which most is used with this call, its output left out; undefined while none is near its limit. */
function nearest(lines: readonly BudgetUse[], ask: Ask): BudgetUse | undefined {
  const takes: Record<BudgetUnit, number> = {
    seconds: 0,
    calls: 1,
    runs: 0,
    tokens: ask.input,
    micros: costOf(ask, 0),
  };
  const shareOf = ({ budget, limit, used }: BudgetUse) => (used + takes[unitOf(budget)]) / limit;
  const [most] = lines.toSorted((a, b) => shareOf(b) - shareOf(a));
  return most && shareOf(most) >= nearShare ? most : undefined;
}

/** Rounded up: what is reserved is never less than what may be charged. */
const costOf = ({ input, rate }: Ask, output: number): number =>
  rate ? Math.ceil(input * rate.input + output * rate.output) : 0;
