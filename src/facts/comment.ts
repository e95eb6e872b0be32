// What a comment asked for. Only a comment that was just created can ask; an edited one never does.
import { z } from 'zod';
import { Command } from './command-given.ts';
import { Message } from './message.ts';
import { Actor } from './person.ts';

/** `on` is the issue or pull request that it stands under; `at` is GitHub's created_at. */
export const CommentRef = z.strictObject({ id: z.int(), on: z.int(), at: z.string() });
export type CommentRef = z.infer<typeof CommentRef>;

export const CommandGiven = z.strictObject({
  type: z.literal('CommandGiven'),
  command: Command,
  comment: CommentRef,
  by: Actor,
  /** Written through an App, for example by a bot that acts for a person. */
  viaApp: z.boolean(),
  /** Filled by the pull request's stream: account ids of people who pushed to its branch. */
  pushers: z.array(z.int()).optional(),
});
export type CommandGiven = z.infer<typeof CommandGiven>;

/** Something that was meant as a command and could not be read: unknown, or its arguments are wrong. */
export const CommandMisread = z.strictObject({
  type: z.literal('CommandMisread'),
  text: z.string().max(200),
  problem: z.string().max(500),
  suggestion: z.string().max(200).optional(),
  comment: CommentRef,
  by: Actor,
});
export type CommandMisread = z.infer<typeof CommandMisread>;

/** What is said in answer; `lines` are said below it, each of one or more sentences. */
export const Reply = z.strictObject({
  id: z.string(),
  data: z.record(z.string(), z.string()),
  lines: z.array(z.array(Message)).max(100).optional(),
});
export type Reply = z.infer<typeof Reply>;

/** How a comment was answered: 👀 on receipt, 🚀 when done, 👎 with at most one reply when refused. */
export const Receipt = z.strictObject({
  comment: z.int(),
  on: z.int(),
  reaction: z.enum(['eyes', 'rocket', '-1']),
  reply: Reply.optional(),
});
export type Receipt = z.infer<typeof Receipt>;
