// The log: one JSON line an event, with everything that looks like a credential taken out of the finished line.
import pino, { type Logger } from 'pino';

/** GitHub's tokens (the long `ghs_` form included), our run tokens, bearer headers, JWTs, PEM blocks, providers' keys. */
const secrets =
  /\b(?:gh[pousr]_|github_pat_|gtr_|sk-|xox[abpr]-|lin_(?:api|oauth)_)[A-Za-z0-9_.-]{8,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)?|\bBearer\s+[A-Za-z0-9._~+/=-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g;

const redact = (text: string): string => text.replace(secrets, '[redacted]');

export const createLog = (
  level: string,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Logger => pino({ level, base: undefined }, { write: (line: string) => write(redact(line)) });
