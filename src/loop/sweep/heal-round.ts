// The round that reads what changed in repositories, live ones each minute, within a share of each installation's points.
import { Permanent, UserFixable } from '../../errors.ts';
import type { Repository } from '../../facts/repository.ts';
import { planSweep, type SweepPlan } from '../../intake/clock/plan-sweep.ts';
import { readPurses, spend } from '../../journal/sweep-purse.ts';
import {
  type Cursors,
  forgetOthers,
  forgetSeen,
  listed,
  readSwept,
  readUpTo,
  type Swept,
  sweptNow,
} from '../../journal/sweep-repository.ts';
import { readRounds } from '../../journal/sweep-round.ts';
import { type Allowance, createAllowance } from './allowance.ts';
import type { Keep } from './alone.ts';
import { follow } from './follow.ts';
import { lookAtPulls } from './look-round.ts';
import { readComment, readIssue, readPull } from './read-item.ts';
import type { SweepTools } from './tools.ts';

export const healRound = 'heal';

/** `everySeconds` 0: everything is due, for whoever asks for a round now. */
export async function heal(tools: SweepTools, everySeconds: number, keep: Keep): Promise<void> {
  const { journal, log } = tools;
  const installations = await tools.reader.installations();
  const active = installations.filter(({ suspended }) => !suspended).map(({ id }) => id);
  await forgetOthers(journal.db, active);
  await resyncAfterLong(tools, active);
  await listDue(tools, active, everySeconds);
  const { now, repositories } = await readSwept(journal.db);
  const purses = await readPurses(journal.db, active);
  const plans = planSweep({
    now,
    everySeconds,
    installations: purses.map((purse) => ({ ...purse, id: purse.caller })),
    repositories,
  });
  const byId = new Map(repositories.map((one) => [one.id, one]));
  for (const plan of plans) {
    if (!(await sweepInstallation(tools, plan, byId, keep))) {
      log.warn({ installation: plan.installation }, 'another replica took over the sweep');
      return;
    }
  }
}

/** False when another replica sweeps now. */
async function sweepInstallation(
  tools: SweepTools,
  { installation, allowance: points, repositories }: SweepPlan,
  byId: ReadonlyMap<number, Swept>,
  keep: Keep,
): Promise<boolean> {
  const { journal, changes, log } = tools;
  const allowance = createAllowance(points);
  let paid = 0;
  for (const id of repositories) {
    const row = byId.get(id);
    if (!row || allowance.spent() >= points) break;
    if (!(await keep())) return false;
    try {
      if (await sweepRepository(tools, row, allowance)) await sweptNow(journal.db, id);
    } catch (error) {
      log.warn({ repository: id, err: error }, 'a repository could not be swept');
      // A limit or a broken connection: the others would meet it too. A repository that is refused waits its turn again.
      if (!(error instanceof Permanent || error instanceof UserFixable)) throw error;
      await sweptNow(journal.db, id);
    } finally {
      await spend(journal.db, installation, allowance.spent() - paid, changes.quota(installation));
      paid = allowance.spent();
    }
  }
  return true;
}

/** True when all three lists were read to their end. */
async function sweepRepository(tools: SweepTools, row: Swept, allowance: Allowance): Promise<boolean> {
  const { changes, journal } = tools;
  const { id, installation, owner, name } = row;
  const repository: Repository = { id, installation, owner, name };
  let cursors: Cursors = row.cursors;
  const keepCursors = async (next: Partial<Cursors>) => {
    cursors = { ...cursors, ...next };
    await journal.db.transaction().execute((tx) => readUpTo(tx, id, cursors));
  };
  const readIssueSince = readIssue(cursors.issues.since);
  const issues = await follow(
    {
      ask: (question) => changes.issues(repository, question),
      newestFirst: false,
      id: (issue) => issue.number,
      read: (issue) => readIssueSince(tools, repository, issue, allowance),
    },
    cursors.issues,
    allowance,
  );
  await keepCursors({ issues: issues.cursor });
  const comments = await follow(
    {
      ask: (question) => changes.comments(repository, question),
      newestFirst: false,
      id: (comment) => comment.id,
      read: (comment) => readComment(tools, repository, comment, allowance),
    },
    cursors.comments,
    allowance,
  );
  await keepCursors({ comments: comments.cursor });
  const pulls = await follow(
    {
      ask: (question) => changes.pulls(repository, question),
      newestFirst: true,
      id: (pull) => pull.number,
      read: (pull) => readPull(tools, repository, pull, allowance),
    },
    cursors.pulls,
    allowance,
  );
  await keepCursors({ pulls: pulls.cursor });
  return issues.done && comments.done && pulls.done;
}

/** GitHub's log no longer has what was missed: everything is read on from where it was left, and every open pull is looked at. */
async function resyncAfterLong(tools: SweepTools, installations: readonly number[]): Promise<void> {
  const round = (await readRounds(tools.journal.db)).find(({ name }) => name === healRound);
  if (!round?.succeededAt || round.silentSeconds < tools.logDays * 86_400) return;
  tools.log.warn(
    { since: round.succeededAt, days: tools.logDays },
    'away longer than GitHub keeps its log: full resync',
  );
  await forgetSeen(tools.journal.db);
  for (const installation of installations) await lookAtPulls(tools, installation);
}

/** Lists of repositories are read as often as idle repositories are. */
async function listDue(tools: SweepTools, installations: readonly number[], everySeconds: number): Promise<void> {
  const { journal, reader, changes } = tools;
  const due = await listsDue(tools, everySeconds);
  for (const installation of installations) {
    if (!due(installation)) continue;
    const repositories = await reader.repositories(installation);
    await listed(
      journal.db,
      installation,
      repositories.filter(({ archived }) => !archived),
    );
    await spend(journal.db, installation, Math.ceil(repositories.length / 100), changes.quota(installation));
  }
}

async function listsDue({ journal }: SweepTools, everySeconds: number): Promise<(installation: number) => boolean> {
  const { now, repositories } = await readSwept(journal.db);
  const fresh = new Set(
    repositories
      .filter(({ listedAt }) => now - listedAt < everySeconds * 15_000)
      .map(({ installation }) => installation),
  );
  return (installation) => !fresh.has(installation);
}
