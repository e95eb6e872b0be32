// What the calls of a run said, for people to read later: written down beside the stream, cleared of secrets, bounded.
import { createHash } from 'node:crypto';
import { withoutSecrets } from '../facts/secret.ts';
import type { Dialect, Json } from './dialect/contract.ts';
import type { ModelCall } from './truth.ts';

/** A call that has ended. `answer` is its text so far as it came; `key` was used for it and must not be in what is kept. */
export type Exchange = { call: ModelCall; dialect: Dialect; body: Json; digest: string; answer: string; key: string };

/** Keeps one line of JSON for a run, or drops it where the run has ended or has said too much. */
export type KeepLine = (run: string, line: string) => Promise<void>;

/** Never waits and never throws: what cannot be kept is not. */
export type Transcript = { record(run: string, exchange: Exchange): void };

/** Characters. The longest text of an item or an answer, and of all items of one call together: a call's own output is about that long. */
const mostText = { one: 64 << 10, call: 256 << 10 } as const;
/** Calls that wait to be written at the same time; more are left out while the database does not keep up. */
const mostWaiting = 64;
/** Runs and parts of conversations that are remembered. Forgotten ones are written down once more. */
const most = { runs: 64, items: 20_000 } as const;
/** What may have been cut in two is dropped with the end of a text; no secret but a private key is longer. */
const edge = 4_096;
/** Of one text that is to be kept so much is read. */
export const mostRead = mostText.one + edge;

export function createTranscript(keep: KeepLine, failed: (run: string, error: unknown) => void): Transcript {
  const seen = new Map<string, Set<string>>();
  let waiting = 0;

  /** Each request repeats the conversation so far: only what was not there before is news. */
  function isNews(run: string, text: string): boolean {
    const known = seen.get(run) ?? new Set();
    seen.delete(run);
    seen.set(run, known);
    if (seen.size > most.runs) seen.delete(seen.keys().next().value ?? '');
    if (known.size >= most.items) known.clear();
    const before = known.size;
    return known.add(digestOf(text)).size > before;
  }

  function lineOf(run: string, { call, dialect, body, digest, answer, key }: Exchange): string {
    const clean = (text: string) => clear(text, key);
    let left: number = mostText.call;
    const said: unknown[] = [];
    for (const item of dialect.conversation(body)) {
      if (!isNews(run, JSON.stringify(item))) continue;
      const shown = deep(item, clean);
      left -= JSON.stringify(shown).length;
      if (left < 0) break;
      said.push(shown);
    }
    return JSON.stringify({ ...call, request: digest, said, ...(left < 0 && { cut: true }), answer: clean(answer) });
  }

  /** Apart from `record`, so that a line that waits does not keep its whole request alive. */
  async function write(run: string, line: string): Promise<void> {
    try {
      await keep(run, line);
    } catch (error) {
      failed(run, error);
    } finally {
      waiting -= 1;
    }
  }

  return {
    record(run, exchange) {
      if (waiting >= mostWaiting) return;
      waiting += 1;
      // After the agent has seen the end of its answer.
      setImmediate(() => {
        try {
          void write(run, lineOf(run, exchange));
        } catch (error) {
          waiting -= 1;
          failed(run, error);
        }
      });
    },
  };
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Each text by itself: in JSON within JSON a secret may stand behind half an escape. */
function deep(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((one) => deep(one, clean));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [clean(name), deep(one, clean)]));
}

function clear(text: string, key: string): string {
  const cut = text.length > mostText.one;
  const cleared = withoutSecrets(text.slice(0, mostRead).replaceAll(key, '[redacted]'));
  return cut ? `${cleared.slice(0, -edge)}…` : cleared;
}
