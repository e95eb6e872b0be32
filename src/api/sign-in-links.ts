// Links that sign somebody in once, within a minute: for a terminal that opens the pages on the same machine.
import { createHash, randomBytes } from 'node:crypto';

export type SignInLinks = {
  /** A whole address. It goes stale after its first use or after 60 s, and with the process. */
  make(): string;
  /** True exactly once per code that was made. */
  take(code: string): boolean;
};

const lifeMs = 60_000;

export function createSignInLinks(publicUrl: string, now: () => number = Date.now): SignInLinks {
  const open = new Map<string, number>();
  const keyOf = (code: string) => createHash('sha256').update(code).digest('hex');
  return {
    make() {
      for (const [key, until] of open) if (until < now()) open.delete(key);
      const code = randomBytes(24).toString('base64url');
      open.set(keyOf(code), now() + lifeMs);
      return `${publicUrl}/sign-in/${code}`;
    },
    take(code) {
      const key = keyOf(code);
      const until = open.get(key);
      open.delete(key);
      return until !== undefined && until >= now();
    },
  };
}
