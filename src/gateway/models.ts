// Which model a run asks, and what its tokens cost at most: for those who reckon before a call is made.
import type { AgentAdapter } from '../../adapters/agent/contract.ts';
import type { AgentName } from '../facts/policy.ts';
import type { Assignment } from '../facts/run.ts';
import { highestRate, priceOf } from './prices.ts';

type Rate = { input: number; output: number };

export const modelsFor =
  (agents: Readonly<Record<AgentName, Pick<AgentAdapter, 'describe'>>>) =>
  (agent: Assignment['agent']): { model: string; rate: Rate | undefined } => {
    const { name, model: named, price } = agent;
    const model = named ?? agents[name].describe(agent).defaultModel;
    const known = priceOf(model, { model, price });
    return { model, rate: known && highestRate(known, 0) };
  };
