// Budgets: what may be used up, by whom, and how an excess is put on record. Amounts are whole numbers in the unit of their budget.
import { z } from 'zod';
import { type Message, message } from './message.ts';

/** Named as in the policy: `budgets.<name>`. */
export const BudgetName = z.enum([
  'runMinutes',
  'inactiveMinutes',
  'runTokens',
  'runCost',
  'runCalls',
  'ticketTokens',
  'ticketCost',
  'ticketRuns',
  'dayTokens',
  'dayCost',
]);
export type BudgetName = z.infer<typeof BudgetName>;

/** `micros` are millionths of a US dollar. */
export type BudgetUnit = 'seconds' | 'tokens' | 'micros' | 'calls' | 'runs';

const units: Record<BudgetName, BudgetUnit> = {
  runMinutes: 'seconds',
  inactiveMinutes: 'seconds',
  runTokens: 'tokens',
  runCost: 'micros',
  runCalls: 'calls',
  ticketTokens: 'tokens',
  ticketCost: 'micros',
  ticketRuns: 'runs',
  dayTokens: 'tokens',
  dayCost: 'micros',
};
export const unitOf = (budget: BudgetName): BudgetUnit => units[budget];

/** How far one budget is used. `used` counts what is reserved, and what the provider never told, as used. */
export const BudgetUse = z.strictObject({ budget: BudgetName, limit: z.int().min(0), used: z.int().min(0) });
export type BudgetUse = z.infer<typeof BudgetUse>;

/** From this share on the agent is warned. */
export const nearShare = 0.9;

/** The smallest call that can bring anything: an agent's instructions alone are longer than this input. */
export const leastCall = { input: 1_024, output: 1_024 } as const;

/** Key of the one fact that says which budget ended a run. */
export const exceededKey = (run: string): string => `run:${run}:exceeded`;

export const microsOf = (dollars: number): number => Math.round(dollars * 1_000_000);

const shown: Record<BudgetUnit, (amount: number) => string> = {
  seconds: (amount) => `${Math.round(amount / 6) / 10} minutes`,
  tokens: (amount) => `${grouped(amount)} tokens`,
  micros: (amount) => dollars(amount),
  calls: (amount) => `${grouped(amount)} calls`,
  runs: (amount) => `${grouped(amount)} runs`,
};
const grouped = (amount: number): string => String(amount).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** At least two decimals, and as many as tell a small amount from nothing. */
export const dollars = (micros: number): string =>
  `$${(micros / 1_000_000).toFixed(micros > 0 && micros < 10_000 ? 6 : 2)}`;

export const amountOf = (budget: BudgetName, amount: number): string => shown[unitOf(budget)](amount);

/** What a person reads when a budget stopped a run, or kept one from starting. */
export const budgetSpent = (use: BudgetUse, run: string): Message => message('budget-spent', { run, ...shownUse(use) });

/** What they read while a run waits for the next day's budget. */
export const budgetWaits = (use: BudgetUse): Message => message('budget-waits', shownUse(use));

const shownUse = ({ budget, limit, used }: BudgetUse) => ({
  budget,
  limit: amountOf(budget, limit),
  used: amountOf(budget, used),
});

/** The same in one line of plain text, for the outcome of the run. */
export const budgetWhy = ({ budget, limit, used }: BudgetUse): string =>
  `${amountOf(budget, used)} of ${amountOf(budget, limit)} are used (budgets.${budget})`;
