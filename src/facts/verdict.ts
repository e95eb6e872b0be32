// What a check concluded, as a tree. Everything shown to people renders this value; nothing is evaluated again to explain.
import { z } from 'zod';

export const Outcome = z.enum(['pass', 'fail', 'pending', 'skip', 'error']);
export type Outcome = z.infer<typeof Outcome>;

/** A place in the head. `line` counts from 1; absent, the whole file is meant. */
export const Place = z.strictObject({ path: z.string(), line: z.int().min(1).optional() });
export type Place = z.infer<typeof Place>;

/**
 * `error` means that something needed could not be read: it blocks like `fail`, but nobody did anything wrong.
 * `messageId` names a sentence in `messages` of `check` (checks/index.ts#sentence fills it); `data` is untrusted text.
 * `children` are the parts that led to the outcome, in a fixed order; `at` the places to annotate.
 */
export type Verdict<M extends string = string> = {
  outcome: Outcome;
  messageId: M;
  data: Record<string, string>;
  check?: string | undefined;
  children?: Verdict<M>[] | undefined;
  at?: Place[] | undefined;
};

export const Verdict: z.ZodType<Verdict> = z.lazy(() =>
  z.strictObject({
    outcome: Outcome,
    messageId: z.string(),
    data: z.record(z.string(), z.string()),
    check: z.string().optional(),
    children: z.array(Verdict).optional(),
    at: z.array(Place).optional(),
  }),
);

/** Sentences of the verdicts that `all` makes. */
export const allMessages = {
  'all.passed': '{passed} of {total} passed, {skipped} did not apply.',
  'all.failed': '{first} failed ({failed} of {total} failed).',
  'all.pending': 'Waiting for {first} ({pending} of {total} not known yet).',
  'all.unreadable': '{first} could not be judged, so this is blocked.',
  'all.skipped': 'Nothing applied here, which must not happen: at least one check has to judge, so this is blocked.',
} as const;
export type AllMessage = keyof typeof allMessages;

/** The worst outcome decides: an error blocks before a failure, a failure before what is pending. */
const precedence = [
  { outcome: 'error', messageId: 'all.unreadable' },
  { outcome: 'fail', messageId: 'all.failed' },
  { outcome: 'pending', messageId: 'all.pending' },
  { outcome: 'pass', messageId: 'all.passed' },
] as const satisfies readonly { outcome: Outcome; messageId: AllMessage }[];

/** Joins verdicts by AND. No child, or only skipped ones, is an error: a gate that judged nothing must not open. */
export const all = (name: string, children: Verdict[]): Verdict => {
  const count = (outcome: Outcome) => children.filter((child) => child.outcome === outcome).length;
  const worst = precedence.find(({ outcome }) => count(outcome) > 0);
  const first = children.find((child) => child.outcome === worst?.outcome);
  return {
    outcome: worst?.outcome ?? 'error',
    messageId: worst?.messageId ?? 'all.skipped',
    data: {
      first: first?.check ?? first?.messageId ?? '',
      total: String(children.length),
      passed: String(count('pass')),
      failed: String(count('fail')),
      pending: String(count('pending')),
      skipped: String(count('skip')),
    },
    check: name,
    children,
  };
};
