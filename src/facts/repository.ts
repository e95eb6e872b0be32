// A repository as an effect needs it: which installation's rights to use, and its name of today. `id` is the identity.
import { z } from 'zod';

export const Repository = z.strictObject({
  installation: z.int(),
  id: z.int(),
  owner: z.string().min(1).max(100),
  name: z.string().min(1).max(100),
});
export type Repository = z.infer<typeof Repository>;
