// gemini ends with the HTTP status modulo 256 when the API failed. Used only where the gateway could not be asked.
import type { AgentOutcome, ProcessEnd } from '../contract.ts';
import { classifyEnd } from '../outcome.ts';

const STATUS_OF_EXIT: ReadonlyMap<number, number> = new Map(
  [400, 401, 403, 404, 429, 500, 502, 503, 504, 529].map((status) => [status % 256, status]),
);

export function classifyGemini(end: ProcessEnd): AgentOutcome {
  const status = end.exitCode === null ? undefined : STATUS_OF_EXIT.get(end.exitCode);
  if (end.gateway !== null || status === undefined) return classifyEnd(end);
  const events = end.events.map((event) =>
    event.type === 'finished' && event.status === null ? { ...event, status } : event,
  );
  return classifyEnd({ ...end, events });
}
