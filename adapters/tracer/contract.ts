// What runs under which name: the fields that log lines get without being told, and the spans of a delivery.
import type { About } from '../../src/facts/about.ts';

/** `receive` is the root of its delivery; the others stand below it, `github` below the step that asked. */
export const spanNames = ['receive', 'translate', 'react', 'perform', 'converge', 'github'] as const;
export type SpanName = (typeof spanNames)[number];

export type Tracer = {
  /** Runs `work` as being about these fields, beside those it is about already. No span. */
  within<T>(about: About, work: () => T): T;
  /** As `within`, with a span around it. A failure is recorded and thrown on. */
  step<T>(name: SpanName, about: About, work: () => Promise<T>): Promise<T>;
  /** A span that is over: it ended now and took `ms`. For work that only at its end knows what it was about. Never throws. */
  tell(name: SpanName, about: About, ms: number): void;
  /** What the code that asks is about; nothing outside of any step. */
  about(): About;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
};
