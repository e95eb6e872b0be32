// Request bodies under caps: of one body, of all that are open at once, and of the time that one may take.
import type { IncomingMessage } from 'node:http';

export type BodyLimits = {
  /** Bytes of one body. */
  body: number;
  /** Bytes of all bodies that are being read or stored. */
  open: number;
  /** Milliseconds from the first to the last byte of a body. */
  time: number;
};

/** GitHub sends 25 MB at most (larger events are not sent at all) and hangs up after 10 s. */
export const GITHUB_LIMITS: BodyLimits = { body: 25 * 1024 * 1024, open: 200 * 1024 * 1024, time: 10_000 };

/** `release` gives the bytes back to the cap; call it once the body is no longer needed. */
export type Body = { bytes: Buffer; release(): void };
export type BodyReader = (req: IncomingMessage) => Promise<Body | 'too_large' | 'too_busy' | 'too_slow' | 'aborted'>;

/** One reader is one cap: share it between routes that share memory. */
export function createBodyReader(limits: BodyLimits): BodyReader {
  let open = 0;
  return (req) =>
    new Promise((resolve) => {
      const parts: Buffer[] = [];
      let size = 0;
      const release = () => {
        open -= size;
        size = 0;
      };
      const stop = (outcome: 'too_large' | 'too_busy' | 'too_slow' | 'aborted') => {
        clearTimeout(timer);
        release();
        parts.length = 0;
        req.removeAllListeners('data');
        // What still comes is read and forgotten, so that the answer can be sent.
        req.resume();
        resolve(outcome);
      };
      const timer = setTimeout(() => stop('too_slow'), limits.time);
      if (Number(req.headers['content-length'] ?? 0) > limits.body) return stop('too_large');
      req.on('data', (part: Buffer) => {
        size += part.length;
        open += part.length;
        if (size > limits.body) stop('too_large');
        else if (open > limits.open) stop('too_busy');
        else parts.push(part);
      });
      req.on('end', () => {
        clearTimeout(timer);
        const [first] = parts;
        resolve({ bytes: parts.length === 1 && first ? first : Buffer.concat(parts), release });
      });
      req.on('close', () => {
        if (!req.complete) stop('aborted');
      });
      return undefined;
    });
}
