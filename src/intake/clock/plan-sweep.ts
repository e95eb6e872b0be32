// Which repositories are read now, and for how many points: pure, so that a day of it can be simulated.

/** Times in milliseconds since 1970, by the database's clock. */
export type SweepView = {
  now: number;
  /** Seconds between two rounds. 0: everything is due. */
  everySeconds: number;
  installations: readonly { id: number; limit: number; remaining: number; spent: number; resetAt: number }[];
  /** `sweptAt` undefined: never. `live`: open items. */
  repositories: readonly { id: number; installation: number; live: number; sweptAt: number | undefined }[];
};

/** `allowance`: points that may be spent in this round; reading stops when they are gone, wherever it is. */
export type SweepPlan = { installation: number; allowance: number; repositories: number[] };

/** trust.md 27: never more than this part of an installation's points. */
const share = 0.3;
/** When the work has used up nearly everything, the rest is for the work. */
const leftForWork = 0.1;
/** An idle repository is read every so many rounds: with a round each minute, every 15 minutes. */
const idleRounds = 15;
/** How much of an even share one round may take: tokens are renewed once an hour, and then every list costs its point. */
const burst = 3;
/** Points that one repository may take at least, so that a small share still reads one to the end. */
const least = 4;

/** Oldest first, live ones before idle ones; idle ones in equal parts, however many are due at once. */
export function planSweep({ now, everySeconds, installations, repositories }: SweepView): SweepPlan[] {
  const age = ({ sweptAt }: { sweptAt: number | undefined }) =>
    sweptAt === undefined ? Number.POSITIVE_INFINITY : now - sweptAt;
  // A round that began a moment earlier than the last one must not skip its turn.
  const due = everySeconds * 900;
  return installations.map(({ id, ...points }) => {
    const own = repositories.filter(({ installation }) => installation === id);
    const live = own.filter((one) => one.live > 0 && age(one) >= due);
    const idle = own.filter(({ live }) => live === 0);
    const part = everySeconds === 0 ? idle.length : Math.ceil(idle.length / idleRounds);
    const idleNow = idle.filter((one) => age(one) >= due * idleRounds).sort((a, b) => age(b) - age(a) || a.id - b.id);
    return {
      installation: id,
      allowance: allowanceOf(points, now, everySeconds),
      repositories: [...live.sort((a, b) => age(b) - age(a) || a.id - b.id), ...idleNow.slice(0, part)].map(
        ({ id }) => id,
      ),
    };
  });
}

/** Never negative, never more than what is left of the 30 %. */
export function allowanceOf(
  { limit, remaining, spent, resetAt }: { limit: number; remaining: number; spent: number; resetAt: number },
  now: number,
  everySeconds: number,
): number {
  const left = Math.floor(Math.min(limit * share - spent, remaining - limit * leftForWork));
  if (left <= 0) return 0;
  const rounds = Math.max(1, everySeconds === 0 ? 1 : Math.ceil((resetAt - now) / (everySeconds * 1_000)));
  return Math.min(left, Math.max(least, Math.floor((left / rounds) * burst)));
}
