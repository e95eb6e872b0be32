// Every open pull request of an installation is looked at: one that we never heard of gets its gate.

import { allowanceOf } from '../../intake/clock/plan-sweep.ts';
import { readPurse, spend } from '../../journal/sweep-purse.ts';
import { listed } from '../../journal/sweep-repository.ts';
import { createAllowance } from './allowance.ts';
import { lookAt } from './read-item.ts';
import type { SweepTools } from './tools.ts';

/** Stops where the installation's share of points is used up; the next look begins anew. */
export async function lookAtPulls(tools: SweepTools, installation: number): Promise<void> {
  const { journal, reader, changes, log } = tools;
  const purse = await readPurse(journal.db, installation);
  const allowance = createAllowance(allowanceOf(purse, purse.now, 0));
  const repositories = (await reader.repositories(installation)).filter(({ archived }) => !archived);
  allowance.add(Math.ceil(repositories.length / 100));
  await listed(journal.db, installation, repositories);
  try {
    for (const { defaultBranch: _, archived: __, ...repository } of repositories) {
      if (!allowance.take()) {
        log.warn({ installation }, 'the points for sweeping are used up: open pull requests are looked at later');
        return;
      }
      const pulls = await reader.openPulls(repository);
      allowance.add(Math.max(0, Math.ceil(pulls.length / 100) - 1));
      for (const pull of pulls) await lookAt(tools, repository, pull, allowance);
    }
  } finally {
    await spend(journal.db, installation, allowance.spent(), changes.quota(installation));
  }
}
