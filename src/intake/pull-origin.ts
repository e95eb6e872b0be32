// Whose pull request is it? One rule for the webhook and for the look by REST: author, branch and repository, all three.
import type { PullHeader } from '../facts/pull.ts';

/** `issue` is the one that our branch name carries; absent for everything that is not ours. */
export function originOf(
  pull: { author: number; ref: string; fork: boolean },
  botId: number,
): Pick<PullHeader, 'origin' | 'issue'> {
  if (pull.fork) return { origin: 'fork' };
  const issue = /^gantry\/(\d{1,10})-/.exec(pull.ref)?.[1];
  return pull.author === botId && issue !== undefined
    ? { origin: 'gantry', issue: Number(issue) }
    : { origin: 'people' };
}
