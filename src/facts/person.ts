// Who did something on GitHub, and what they may do.
import { z } from 'zod';

/** `kind` is GitHub's account type: everything that is not a User counts as a bot. */
export const Actor = z.strictObject({
  id: z.int(),
  login: z.string().min(1).max(100),
  kind: z.enum(['person', 'bot']),
});
export type Actor = z.infer<typeof Actor>;

/** GitHub's repository roles, weakest first. A custom role counts as the base role it reports. */
export const Role = z.enum(['none', 'read', 'triage', 'write', 'maintain', 'admin']);
export type Role = z.infer<typeof Role>;

export const atLeast = (role: Role, least: Role): boolean => Role.options.indexOf(role) >= Role.options.indexOf(least);
