// An issue as it stood at one moment: what readiness, plan and approval are bound to. The body itself is an artifact.
import { z } from 'zod';
import { Criterion } from './plan.ts';

export const IssueSnapshot = z.strictObject({
  title: z.string().max(1_000),
  /** SHA-256 over the raw title and body: an edit that a reader cannot see still changes it. */
  bodyDigest: z.string(),
  criteria: z.array(Criterion).max(100),
  state: z.enum(['open', 'closed']),
});
export type IssueSnapshot = z.infer<typeof IssueSnapshot>;
