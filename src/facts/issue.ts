// An issue as it stood at one moment: what readiness, plan and approval are bound to. The body itself is an artifact.
import { z } from 'zod';
import { Criterion } from './plan.ts';
import { Priority } from './priority.ts';

export const IssueSnapshot = z.strictObject({
  title: z.string().max(1_000),
  /** SHA-256 over the raw title and body: an edit that a reader cannot see still changes it. */
  bodyDigest: z.string(),
  criteria: z.array(Criterion).max(100),
  state: z.enum(['open', 'closed']),
  /** Where it was read live: its priority, and how many issues it is marked as blocked by; absent where the server does not say. */
  standing: z.strictObject({ priority: Priority, blockers: z.int().optional() }).optional(),
});
export type IssueSnapshot = z.infer<typeof IssueSnapshot>;
