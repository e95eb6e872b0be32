// What healing costs: the real planner over a simulated day of 200 repositories and 1,000 open pull requests.
import { planSweep } from '../src/intake/clock/plan-sweep.ts';

/** GitHub's limits of one installation: the least, the most on GitHub.com, and that of an Enterprise Cloud organisation. */
const limits = [5_000, 12_500, 15_000];
const repositories = 200;
const openPulls = 1_000;
/** Of each open pull request in a day: pushes, comments, reviews, labels. Four fifths fall into ten hours. */
const updatesPerPull = 8;
const commentShare = 0.5;
/** The same share of 200 in every run. */
const idleShare = 0.2;

const minute = 60_000;
const day = 24 * 60;

export async function benchHealing(say: (line: string) => void): Promise<object> {
  return Object.fromEntries(
    limits.map((limit) => {
      const result = simulate(limit);
      say(
        `limit ${limit}: ${result.pointsWorst} points in the worst hour (${result.shareWorst} %), ${result.pointsMean} on average, ` +
          `live repositories read every ${result.liveMinutesP50} min (p50), ${result.liveMinutesP99} (p99)`,
      );
      return [`limit${limit}`, result];
    }),
  );
}

type Repository = {
  id: number;
  installation: number;
  live: number;
  sweptAt: number | undefined;
  changed: Set<number>;
  commented: boolean;
  paidInHour: number;
};

function simulate(limit: number) {
  const random = seeded(27);
  const live = Math.round(repositories * (1 - idleShare));
  const all = Array.from({ length: repositories }, (_, id): Repository => {
    const own = id < live ? Math.round(openPulls / live) : 0;
    return { id, installation: 1, live: own, sweptAt: undefined, changed: new Set(), commented: false, paidInHour: -1 };
  });
  const hours: number[] = [];
  const waits: number[] = [];
  let spent = 0;
  for (let at = 0; at < day; at++) {
    const hour = Math.floor(at / 60);
    if (at % 60 === 0) {
      if (at > 0) hours.push(spent);
      spent = 0;
    }
    const atWork = hour >= 8 && hour < 18;
    const chance = (updatesPerPull * (atWork ? 0.8 / 10 : 0.2 / 14)) / 60;
    for (const repository of all) {
      for (let pull = 0; pull < repository.live; pull++) {
        if (random() >= chance) continue;
        repository.changed.add(pull);
        repository.commented ||= random() < commentShare;
      }
    }
    const [plan] = planSweep({
      now: at * minute,
      everySeconds: 60,
      installations: [{ id: 1, limit, remaining: limit - spent, spent, resetAt: (hour + 1) * 60 * minute }],
      repositories: all,
    });
    let allowance = plan?.allowance ?? 0;
    for (const id of plan?.repositories ?? []) {
      const repository = all[id];
      // Reading stops with the first request that is not allowed: what was begun is finished by the next round.
      const cost = repository ? costOf(repository, hour) : 0;
      if (!repository || cost > allowance) break;
      allowance -= cost;
      spent += cost;
      if (repository.live > 0 && repository.sweptAt !== undefined && atWork)
        waits.push(at - repository.sweptAt / minute);
      repository.sweptAt = at * minute;
      repository.changed.clear();
      repository.commented = false;
      repository.paidInHour = hour;
    }
  }
  hours.push(spent);
  waits.sort((a, b) => a - b);
  const worst = Math.max(...hours);
  return {
    pointsWorst: worst,
    shareWorst: Math.round((worst / limit) * 1_000) / 10,
    pointsMean: Math.round(hours.reduce((a, b) => a + b, 0) / hours.length),
    liveMinutesP50: waits[Math.floor(waits.length * 0.5)],
    liveMinutesP99: waits[Math.floor(waits.length * 0.99)],
    liveMinutesWorst: waits.at(-1),
  };
}

/** ETags hold for a token's hour; a changed pull request shows in two lists, a comment in a third, and its reviews are read. */
function costOf({ changed, commented, paidInHour }: Repository, hour: number): number {
  const lists = paidInHour === hour ? (changed.size > 0 ? 2 : 0) + (commented ? 1 : 0) : 3;
  return lists + changed.size;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
