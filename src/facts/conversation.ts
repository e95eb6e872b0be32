// What an agent's CLI remembers of a run, kept so that a later run may go on where it ended, and when one may.
import { z } from 'zod';

/** As the CLI named it; it becomes an argument of the CLI, so it cannot look like an option. */
const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/);
export const isConversationId = (id: string): boolean => Id.safeParse(id).success;

export const Conversation = z.strictObject({
  /** The CLI's own files, as a tar archive. Written by hostile programs: unpacked inside a box only. */
  artifact: z.string().regex(/^[0-9a-f]{64}$/),
  id: Id,
  /** Of the CLI: another one may read its files differently. */
  version: z.string().min(1).max(50),
});
export type Conversation = z.infer<typeof Conversation>;

/** A larger one is not kept: the next run begins anew. */
export const mostConversationBytes = 16 * 1024 * 1024;

/** What a conversation is about. `null` is a value: a plan is made before there is a pull request. */
export const ConversationAbout = z.strictObject({
  item: z.string(),
  /** Digest of the text as the run is told it. */
  task: z.string(),
  pull: z.int().nullable(),
  /** Of the branch, before the run. */
  head: z.string().nullable(),
  /** The trusted commit that the work is made against. */
  base: z.string(),
  /** By name, and by its command line where the policy has one. */
  adapter: z.string(),
  model: z.string(),
  role: z.string(),
});
export type ConversationAbout = z.infer<typeof ConversationAbout>;

/** All of it must be the same: whatever else was said there would be about something else, or said by somebody else. */
export const mayContinue = (kept: ConversationAbout, now: ConversationAbout): boolean =>
  ConversationAbout.keyof().options.every((name) => kept[name] === now[name]);
