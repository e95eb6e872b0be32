// How often one request may fail in a row: an agent that only sends it again gets a final answer.
import type { ModelCall } from './truth.ts';

/** Our settings of the CLIs allow three attempts (their own defaults: up to ten, also after a 401); this is twice that, less one. */
export const mostFailures = 5;
/** Requests that are remembered, over all runs. The oldest is forgotten first: it may then fail as often again. */
const mostKept = 10_000;

/** Kept in memory: a restart, or another replica, counts anew, and the budget of calls holds over all of them. */
export type Retries = {
  /** The failures in a row of this request; `digest` is of its model and its conversation. */
  failures(run: string, digest: string): number;
  settled(run: string, digest: string, call: ModelCall): void;
};

/** Also an answer that broke off, whoever broke it off. */
const failed = ({ status, complete }: ModelCall): boolean => status === null || status >= 400 || !complete;

export function createRetries(): Retries {
  const counts = new Map<string, number>();
  return {
    failures: (run, digest) => counts.get(`${run}/${digest}`) ?? 0,
    settled(run, digest, call) {
      const key = `${run}/${digest}`;
      const before = counts.get(key) ?? 0;
      counts.delete(key);
      if (!failed(call)) return;
      counts.set(key, before + 1);
      if (counts.size > mostKept) counts.delete(counts.keys().next().value ?? '');
    },
  };
}
