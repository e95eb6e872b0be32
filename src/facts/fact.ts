// The vocabulary as a whole, and the one door through which a fact is checked: before it is stored and after it is read.
import type { z } from 'zod';
import { Bug } from '../errors.ts';
import { fieldsInWords } from './field-problems.ts';
import { PullFact } from './pull.ts';
import { parseStream } from './stream.ts';
import { TicketFact } from './ticket.ts';
import { type StoredFact, upcast } from './upcast.ts';

export type Fact = TicketFact | PullFact;

const vocabulary = { ticket: TicketFact, pull: PullFact } satisfies Record<string, z.ZodType>;

/** Throws Bug for a fact that is not of its stream's vocabulary: nothing else is ever written to or read from the journal. */
export function parseFact(stream: string, value: unknown): Fact {
  const about = parseStream(stream);
  const parsed = about && vocabulary[about.kind].safeParse(value);
  if (parsed?.success) return parsed.data;
  const why = parsed ? `: ${fieldsInWords(parsed.error)}` : '';
  throw new Bug(`a fact that is not in the vocabulary of ${stream}${why}`, { cause: parsed?.error });
}

/** A row as today's vocabulary has it, whatever version it was written with. Not for one whose body retention has dropped. */
export const readFact = (stored: StoredFact): Fact => parseFact(stored.stream, upcast(stored));
