// What the stack tells its local GitHub, and what that answers once it is up.
import { z } from 'zod';

export const WorldAsked = z.object({
  appUrl: z.string(),
  agentsDir: z.string(),
  sandbox: z.enum(['bubblewrap', 'none']),
});
export type WorldAsked = z.infer<typeof WorldAsked>;

export const WorldTold = z.object({
  url: z.string(),
  issuer: z.string(),
  app: z.object({ id: z.number(), privateKey: z.string(), webhookSecret: z.string() }),
  model: z.object({ key: z.string(), url: z.string() }),
  /** Token of a person who may ask for work. */
  mona: z.string(),
});
export type WorldTold = z.infer<typeof WorldTold>;
