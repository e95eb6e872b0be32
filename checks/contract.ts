// What a check is: metadata and one pure function from what was gathered to a verdict. One file per check, named like it.
import type { z } from 'zod';
import type { PullSnapshot } from '../src/facts/pull-snapshot.ts';
import type { Place, Verdict } from '../src/facts/verdict.ts';

/** What has to change before a check can come to another verdict. A change of none of its triggers needs no new look. */
export type Trigger = 'head' | 'base' | 'issue' | 'plan' | 'policy' | 'evidence';

export type Need = keyof PullSnapshot;

/** What `evaluate` is given: unreadable parts never reach it, `defineCheck` answers for them. */
export type Given<N extends Need> = { [K in N]: Exclude<PullSnapshot[K], 'unreadable'> };

export type CheckDefinition<N extends Need, M extends string, O> = {
  /** The file's name and the word in `/override <check>`. */
  name: string;
  /** One sentence: what must hold. */
  summary: string;
  /** Parts of the snapshot that `evaluate` reads. All are gathered, whatever is named here; one that is not named is not given. */
  needs: readonly N[];
  triggers: readonly Trigger[];
  /** Must accept `{}`: every option has a default. */
  options: z.ZodType<O>;
  /** Every sentence the check can say, by id; `{key}` is filled from the verdict's data. Says what, why and what to do. */
  messages: Record<M, string>;
  /** Pure and synchronous. Skips (with a reason) where the check does not apply. */
  evaluate(pull: Given<N>, options: O): Verdict<M>;
};

/** A defined check. `options` absent means the defaults; malformed options throw a ZodError. */
export type Check<N extends Need = Need> = Omit<CheckDefinition<N, string, unknown>, 'evaluate'> & {
  evaluate(pull: Pick<PullSnapshot, N>, options?: unknown): Verdict;
};

const unreadableMessage = {
  unreadable:
    'The {what} of this pull request could not be read, so this is blocked. Gantry reads again on the next event.',
} as const;

const named = (verdict: Verdict, check: string): Verdict => ({
  ...verdict,
  check: verdict.check ?? check,
  ...(verdict.children ? { children: verdict.children.map((child) => named(child, check)) } : {}),
});

/** Adds what no check may forget: the check's name on every verdict, and an error where something needed is unreadable. */
export const defineCheck = <N extends Need, M extends string, O>(definition: CheckDefinition<N, M, O>): Check<N> => {
  const isReadable = (pull: Pick<PullSnapshot, N>): pull is Given<N> =>
    definition.needs.every((need) => pull[need] !== 'unreadable');
  return {
    ...definition,
    messages: { ...definition.messages, ...unreadableMessage },
    evaluate(pull, options = {}) {
      const what = definition.needs.filter((need) => pull[need] === 'unreadable').join(', ');
      const verdict = isReadable(pull)
        ? definition.evaluate(pull, definition.options.parse(options))
        : ({ outcome: 'error', messageId: 'unreadable', data: { what } } satisfies Verdict);
      return named(verdict, definition.name);
    },
  };
};

type Data = Record<string, string>;

const verdictOf =
  (outcome: Verdict['outcome']) =>
  <M extends string>(messageId: M, data: Data = {}, at?: Place[]): Verdict<M> => ({
    outcome,
    messageId,
    data,
    ...(at ? { at } : {}),
  });

export const pass = verdictOf('pass');
export const fail = verdictOf('fail');
export const pending = verdictOf('pending');
export const skip = verdictOf('skip');

/** A failure that counts its findings and holds each as a child. */
export const failWith = <M extends string>(messageId: M, findings: Verdict<M>[]): Verdict<M> => ({
  outcome: 'fail',
  messageId,
  data: { count: String(findings.length) },
  children: findings,
});

/** `none` where there is no finding, else `failWith`. */
export const failEach = <M extends string>(findings: Verdict<M>[], none: Verdict<M>, some: M): Verdict<M> =>
  findings.length === 0 ? none : failWith(some, findings);
