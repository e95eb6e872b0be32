// The log: one JSON line an event, with what it is about, and with everything that looks like a credential taken out.
import pino, { type Logger } from 'pino';
import type { About } from './facts/about.ts';
import { withoutSecrets } from './facts/secret.ts';

/** `about`: what the code that logs works on just now; its fields stand on every line, those of other packages included. */
export const createLog = (
  level: string,
  write: (line: string) => void = (line) => void process.stdout.write(line),
  about: () => About = () => ({}),
): Logger =>
  pino(
    { level, base: undefined, mixin: () => ({ ...about() }) },
    { write: (line: string) => write(withoutSecrets(line)) },
  );
