// What runner and control plane say to each other, beside Assignment and Submission of facts/run.ts.
import { z } from 'zod';
import { Assignment, Usage } from '../../facts/run.ts';

/** `token`: the job's OIDC identity token, issued for our public address. Sent once per run. */
export const ExchangeRequest = z.strictObject({
  run: z.string().min(1).max(200),
  token: z.string().min(1).max(16_384),
});
export type ExchangeRequest = z.infer<typeof ExchangeRequest>;

/** `token` is shown once and opens every other route until the run ends or its lease runs out. */
export const ExchangeAnswer = z.strictObject({ token: z.string(), fence: z.int(), assignment: Assignment });
export type ExchangeAnswer = z.infer<typeof ExchangeAnswer>;

const count = z.int().min(0);

/** What is shown while a run goes on. A heartbeat says that the runner lives; only `lastActivity` says that work moves. */
export const Progress = z.strictObject({
  step: z.enum(['provision', 'install', 'agent', 'collect', 'layers', 'upload']),
  /** The layer that runs, else absent. */
  layer: z.string().max(20).optional(),
  events: count,
  commands: count,
  modelCalls: count,
  /** When the agent or a layer last did something; null before the first time. */
  lastActivity: z.iso.datetime().nullable(),
});
export type Progress = z.infer<typeof Progress>;

export const HeartbeatRequest = z.strictObject({ progress: Progress });

export const ArtifactKind = z.enum(['bundle', 'patch', 'evidence', 'conversation']);
export type ArtifactKind = z.infer<typeof ArtifactKind>;

/** Digest of the bytes as they arrived: SHA-256, hex. */
export const Uploaded = z.strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/) });

/** The part of the gateway's word that classification of an agent's end reads, and what the run has used. */
export const TruthAnswer = z.object({
  calls: z.array(
    z.object({
      status: z.int().nullable(),
      errorCode: z.string().nullable(),
      denied: z.string().nullable(),
      complete: z.boolean(),
      refused: z.boolean(),
    }),
  ),
  spent: z.boolean(),
  /** Absent from control planes that do not tell it. */
  usage: Usage.optional(),
});

/** `repeated`: the same submission had been accepted before. */
export const Submitted = z.strictObject({ accepted: z.literal(true), repeated: z.boolean() });
export type Submitted = z.infer<typeof Submitted>;
