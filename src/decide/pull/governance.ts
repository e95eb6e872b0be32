// Governance: every check over what was gathered for this head, joined by AND. The evidence comes from the ticket.
import { judge } from '../../../checks/index.ts';
import type { PullSnapshot } from '../../facts/pull-snapshot.ts';
import type { Verdict } from '../../facts/verdict.ts';
import type { PullState } from './state.ts';

/** The snapshot as the checks see it: with the plan, criteria and layer results of the ticket as it is now. */
export function snapshotOf({ snapshot, ticket }: PullState): PullSnapshot | undefined {
  if (!snapshot) return undefined;
  const layers = ticket?.layers;
  return {
    ...snapshot,
    ...(ticket && { criteria: ticket.criteria, ...(ticket.plan && { plan: ticket.plan }) }),
    // The tests of phases to come are not there yet: the criteria are judged when all of the plan is.
    ...(layers && !layers.stored && !ticket.phase && { evidence: { head: layers.sha, layers: layers.results } }),
  };
}

export function governance(state: PullState): Verdict {
  const snapshot = snapshotOf(state);
  if (!snapshot) return { outcome: 'pending', messageId: 'governance.gathering', data: {} };
  return judge(snapshot);
}
