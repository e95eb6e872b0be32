// A sentence for a person, as data: render/messages.ts holds the words. `data` fills the gaps of the sentence.
import { z } from 'zod';

export const Message = z.strictObject({ id: z.string().max(100), data: z.record(z.string(), z.string().max(4_000)) });
export type Message = z.infer<typeof Message>;

export const message = (id: string, data: Record<string, string> = {}): Message => ({ id, data });
