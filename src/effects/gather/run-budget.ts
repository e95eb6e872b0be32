// What one run may use, from the policy: dollars become micro-dollars, minutes become seconds.
import { microsOf } from '../../facts/budget.ts';
import { LayerName, type Policy } from '../../facts/policy.ts';
import type { RunBudget, Stage } from '../../facts/run.ts';

/** A layer is silent while it runs: how long that may be is said by its own timeout, and a minute lies between two. */
const betweenLayers = 60;

export function runBudget({ budgets, layers }: Pick<Policy, 'budgets' | 'layers'>, stage: Stage): RunBudget {
  const { runMinutes, inactiveMinutes, runTokens, runCalls, ticketTokens, dayTokens, runCost, ticketCost, dayCost } =
    budgets;
  const longest = Math.max(0, ...LayerName.options.map((name) => layers[name]?.timeoutMinutes ?? 0)) * 60;
  const inactive = inactiveMinutes * 60;
  return {
    wallSeconds: runMinutes * 60,
    inactiveSeconds: stage === 'verify' ? Math.max(inactive, longest + betweenLayers) : inactive,
    tokens: runTokens,
    calls: runCalls,
    ticketTokens,
    dayTokens,
    ...(runCost !== undefined && { cost: microsOf(runCost) }),
    ...(ticketCost !== undefined && { ticketCost: microsOf(ticketCost) }),
    ...(dayCost !== undefined && { dayCost: microsOf(dayCost) }),
  };
}
