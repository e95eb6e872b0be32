// An agent's event stream as it arrives: lines are parsed, counted and digested; memory does not grow with what it prints.
import { createHash } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import type { AgentAdapter, AgentEvent } from '../../../adapters/agent/contract.ts';

const keptEvents = 5_000;
const longestLine = 4 * 1024 * 1024;

export type EventLog = {
  /** A chunk of standard output. */
  push(chunk: Buffer): void;
  /** The last line, which may have no line break. Call once, at the end of the stream. */
  end(): void;
  /** The newest ones, in order. */
  events(): readonly AgentEvent[];
  counts(): Record<string, number>;
  /** As the stream named it first. */
  session(): string | null;
  /** SHA-256 of every byte of the stream. */
  digest(): string;
};

export function createEventLog(parse: AgentAdapter['parse'], onEvent: (event: AgentEvent) => void): EventLog {
  const decoder = new StringDecoder('utf8');
  const hash = createHash('sha256');
  const events: AgentEvent[] = [];
  const counts: Record<string, number> = {};
  let session: string | null = null;
  let rest = '';
  let tooLong = false;

  const take = (line: string) => {
    if (line.trim() === '') return;
    for (const event of parse(line)) {
      counts[event.type] = (counts[event.type] ?? 0) + 1;
      events.push(event);
      if (event.type === 'started') session ??= event.session;
      if (events.length > keptEvents) events.shift();
      onEvent(event);
    }
  };
  const feed = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!tooLong) take(line.replace(/\r$/, ''));
      tooLong = false;
    }
    if (rest.length <= longestLine) return;
    // No event is that long: the line is skipped up to its end.
    rest = '';
    tooLong = true;
  };
  return {
    push(chunk) {
      hash.update(chunk);
      feed(decoder.write(chunk));
    },
    end() {
      feed(`${decoder.end()}\n`);
    },
    events: () => events,
    counts: () => ({ ...counts }),
    session: () => session,
    digest: () => hash.copy().digest('hex'),
  };
}
