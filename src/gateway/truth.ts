// What the gateway knows about the model calls of one run. Counted in the control plane, so no agent can forge it.
import { z } from 'zod';
import { ModelProtocol } from '../facts/policy.ts';

/** One request of an agent, answered, failed or refused. */
export const ModelCall = z.strictObject({
  /** When the request arrived. */
  at: z.iso.datetime(),
  durationMs: z.number().min(0),
  protocol: ModelProtocol,
  /** Null when the request was refused before its model was read. */
  model: z.string().max(200).nullable(),
  /** The answer that the agent got. Null: none, because the provider could not be reached or the agent went away. */
  status: z.int().nullable(),
  /** The provider's own error code, also when it came inside a stream that began with 200. */
  errorCode: z.string().max(100).nullable(),
  /** Why the gateway refused by itself; null when the provider was asked. */
  denied: z.string().max(100).nullable(),
  /** The answer came to its end. */
  complete: z.boolean(),
  /** The model declined. */
  refused: z.boolean(),
  /** Seconds that the provider asked to wait. */
  retryAfter: z.number().min(0).nullable(),
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  /** Where the two numbers come from. `reservation`: the provider told nothing, so all that was reserved counts. */
  counted: z.enum(['provider', 'reservation', 'nothing']),
  /** Null without a known price. */
  costUsd: z.number().min(0).nullable(),
});
export type ModelCall = z.infer<typeof ModelCall>;

export const GatewayTruth = z.strictObject({
  /** Oldest first; the newest 200 when there were more. The sums below cover all of them. */
  calls: z.array(ModelCall).max(200),
  usage: z.strictObject({ calls: z.int(), inputTokens: z.int(), outputTokens: z.int() }),
  /** How many calls were counted by their reservation. */
  unknown: z.int().min(0),
  /** Sum over the calls with a price. */
  costUsd: z.number().min(0),
  /** The budget stopped at least one call. */
  spent: z.boolean(),
});
export type GatewayTruth = z.infer<typeof GatewayTruth>;
