// What a plan approval is bound to. It holds only while every one of these is still what it was.
import { z } from 'zod';
import { Actor } from './person.ts';

/** A person's yes to making a plan at all: it holds for this text of the issue. */
export const StartConsent = z.strictObject({
  by: Actor,
  comment: z.int(),
  at: z.string(),
  bodyDigest: z.string(),
});
export type StartConsent = z.infer<typeof StartConsent>;

export const Approval = z.strictObject({
  by: Actor,
  comment: z.int(),
  at: z.string(),
  planDigest: z.string(),
  planCommit: z.string(),
  bodyDigest: z.string(),
  baseRef: z.string(),
  baseDigest: z.string(),
  /** Who approved the same before, where more than one was asked for. */
  others: z.array(z.strictObject({ by: Actor, comment: z.int(), at: z.string() })).optional(),
  /** Nobody approved: the rule of the policy that waived it. `by` is nobody then, and `comment` 0. */
  waived: z.string().optional(),
});
export type Approval = z.infer<typeof Approval>;
