// Why a run is started: the one thing that happened and asks for it. The same signal never starts the same work twice.
import { z } from 'zod';
import { Message } from './message.ts';

/** `key` names what happened, not how often it was heard of; `why` says it to a person. */
export const Signal = z.strictObject({ key: z.string().min(1).max(300), why: Message });
export type Signal = z.infer<typeof Signal>;
