// A closed stream's facts in one: the state that they were folded to. It is written by retention and folded like any fact.
import { z } from 'zod';

/**
 * Takes the place of every fact before it, whose bodies are gone. A lifecycle that reads states in a new shape needs no step
 * here where the new members may be absent; for anything else an upcast of `Compacted` brings old states to the new shape.
 */
export const Compacted = z.strictObject({
  type: z.literal('Compacted'),
  /** Version of the lifecycle that folded the state. */
  lifecycle: z.int(),
  state: z.looseObject({}),
});
export type Compacted = z.infer<typeof Compacted>;
