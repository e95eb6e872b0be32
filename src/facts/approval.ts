// What a plan approval is bound to. It holds only while every one of these is still what it was.
import { z } from 'zod';
import { Actor } from './person.ts';

export const Approval = z.strictObject({
  by: Actor,
  comment: z.int(),
  at: z.string(),
  planDigest: z.string(),
  planCommit: z.string(),
  bodyDigest: z.string(),
  baseRef: z.string(),
  baseDigest: z.string(),
});
export type Approval = z.infer<typeof Approval>;
