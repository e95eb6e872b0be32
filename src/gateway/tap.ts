// Reads along with an answer while its bytes pass through untouched and no faster than the agent takes them.
import { Retryable } from '../errors.ts';
import type { Json } from './dialect/contract.ts';

/** A single event longer than this is passed on but not read; its usage is then unknown. */
const LONGEST_EVENT = 16 << 20;

export type TapOptions = {
  body: ReadableStream<Uint8Array>;
  /** `events`: server-sent events. `json`: one document. */
  format: 'events' | 'json';
  onJson(value: Json): void;
  /**
   * Once: when the answer ended, broke, or the agent went away. Awaited before the agent sees the end, because its next
   * call must find this one settled.
   */
  onEnd(): Promise<void>;
  /** True before each wait for the provider, false after it. */
  onReading(reading: boolean): void;
};

export function tap({ body, format, onJson, onEnd, onReading }: TapOptions): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const parser = format === 'events' ? eventParser(onJson) : documentParser(onJson);
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= onEnd();
    return ended;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        onReading(true);
        try {
          const { done, value } = await reader.read();
          onReading(false);
          if (!done) {
            parser.write(value);
            controller.enqueue(value);
            return;
          }
          parser.finish();
          await end();
          controller.close();
        } catch (error) {
          await end();
          controller.error(new Retryable('The provider broke off its answer.', { cause: error }));
        }
      },
      async cancel(reason) {
        await end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

type Parser = { write(bytes: Uint8Array): void; finish(): void };

function eventParser(onJson: (value: Json) => void): Parser {
  const decoder = new TextDecoder();
  let line = '';
  let data = '';
  const takeLine = (text: string) => {
    if (text === '') {
      emit(data, onJson);
      data = '';
    } else if (text.startsWith('data:') && data.length < LONGEST_EVENT) data += text.slice(5);
  };
  return {
    write(bytes) {
      const [first = '', ...rest] = decoder.decode(bytes, { stream: true }).split('\n');
      // A line beyond the limit is cut, so that it cannot become JSON and its event counts as unread.
      if (line.length < LONGEST_EVENT) line += first;
      for (const next of rest) {
        takeLine(line.replace(/\r$/, ''));
        line = next;
      }
    },
    finish() {
      takeLine(line.replace(/\r$/, ''));
      takeLine('');
    },
  };
}

function documentParser(onJson: (value: Json) => void): Parser {
  const decoder = new TextDecoder();
  let text = '';
  return {
    write(bytes) {
      if (text.length < LONGEST_EVENT) text += decoder.decode(bytes, { stream: true });
    },
    finish: () => emit(text, onJson),
  };
}

function emit(text: string, onJson: (value: Json) => void): void {
  if (text === '') return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // `[DONE]` and keep-alives are no JSON; an event that is broken leaves the usage unknown, which is counted in full.
    return;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) onJson(value as Json);
}
