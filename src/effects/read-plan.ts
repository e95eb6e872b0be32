// Reads a plan again after something moved, and says whether an approval of it still holds.

import type { CommandOf } from '../decide/command.ts';
import { type Message, message } from '../facts/message.ts';
import { atLeast } from '../facts/person.ts';
import type { PlanSnapshot } from '../facts/plan.ts';
import type { Repository } from '../facts/repository.ts';
import type { Effect, Ports } from './contract.ts';
import { branchRef, fetchRefs } from './gather/git-access.ts';
import { planAt } from './gather/plan-at.ts';
import { livePolicy } from './gather/policy-at.ts';

export const readPlan: Effect<'ReadPlan'> = {
  async execute({ command, repository }, ports) {
    const base = branchRef(command.base);
    const refs = await fetchRefs(ports, repository, [base], [command.head]);
    const sha = refs[base];
    const plan =
      sha &&
      (await planAt(ports, repository, {
        changeId: command.changeId,
        commit: command.head,
        base: { ref: command.base, sha },
      }));
    const why = plan ? await approvalProblem(ports, repository, command.approval, plan) : message('base-moved');
    return {
      type: 'PlanRead',
      head: command.head,
      approvalHolds: why === undefined,
      policy: await livePolicy(ports, repository),
      ...(plan && { plan }),
      ...(why && { why }),
    };
  },
};

/** Why an approval given before does not hold for the plan as it is now; undefined while it does. */
export async function approvalProblem(
  { reader }: Pick<Ports, 'reader'>,
  repository: Repository,
  approval: CommandOf<'ReadPlan'>['approval'],
  plan: PlanSnapshot,
): Promise<Message | undefined> {
  if (!approval) return undefined;
  if (plan.digest !== approval.planDigest) return message('plan-changed');
  if (plan.baseDigest !== approval.baseDigest) return message('base-moved');
  for (const login of approval.logins)
    if (!atLeast(await reader.role(repository, login), 'write')) return message('approver-lost-write', { login });
  return undefined;
}
