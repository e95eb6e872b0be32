// Which budget stopped a run or keeps it waiting, how much was used, and what to do about it.
import { BudgetName, unitOf } from '../../facts/budget.ts';
import type { Data } from '../fill.ts';

const raise = 'raise `budgets.{budget}` in `.github/harness.yml`';
const another = `Type \`/retry\` for another run, or first ${raise}.`;
const further = `To go on, ${raise}, then type \`/retry\`.`;
const tomorrow = `Type \`/retry\`: it starts when the next day begins (UTC). To go on today, ${raise} first.`;

/** What each budget covers, and what to do. */
const budgets: Readonly<Record<BudgetName, readonly [of: string, next: string]>> = {
  runMinutes: ['the time of one run', another],
  inactiveMinutes: ['the time that a run may go on without progress', another],
  runTokens: ['the tokens of one run', another],
  runCost: ['the cost of one run', another],
  runCalls: ['the model calls of one run', another],
  ticketTokens: ['the tokens of this issue over its whole life', further],
  ticketCost: ['the cost of this issue over its whole life', further],
  ticketRuns: ['the runs of this issue over its whole life', further],
  dayTokens: ['the tokens of this repository in one day', tomorrow],
  dayCost: ['the cost of this repository in one day', tomorrow],
};

function spent({ budget }: Data): string {
  const name = BudgetName.catch('runTokens').parse(budget);
  const [of, next] = budgets[name];
  // A request is refused before it is made, so something is usually left.
  const rest = ['tokens', 'micros'].includes(unitOf(name)) ? ', and the rest does not pay for another request' : '';
  return `The budget for ${of} is spent: {used} of {limit} are used (\`budgets.{budget}\`)${rest}, so run \`{run}\` was stopped or not started.\n\n${next}`;
}

export const budget = {
  'budget-spent': spent,
  'budget-waits':
    'Waiting for the next day (UTC): this repository has used {used} of the {limit} that `budgets.{budget}` allows in one day. It starts by itself; to start today, raise `budgets.{budget}` in `.github/harness.yml`, then type `/retry`.',
  'budget-no-price':
    'No run was started: a budget in dollars is set, and Gantry does not know what `{model}` costs.\n\nName its price as `budgets.modelPrice` in `.github/harness.yml`, or take the budget in dollars out, then type `/retry`.',
};
