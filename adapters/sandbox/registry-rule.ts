// Decides about one request that would carry a registry's credential: reading, and below the addresses that policy names.
import type { Denial } from './egress-rule.ts';

export type RegistryDecision = { decision: 'allow'; path: string } | { decision: 'deny'; why: Denial };

const deny = (why: Denial): RegistryDecision => ({ decision: 'deny', why });

const folderOf = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

export const hostOf = (registry: string): string => new URL(registry).hostname;

/**
 * The path as a server may read it. Servers decode, collapse and cut paths differently, so null for one that any of them
 * could take for another: what is encoded twice, empty segments, dots (Tomcat reads `..;` as dots) and backslashes.
 */
const plainPath = (target: string): string | null => {
  try {
    const path = decodeURIComponent(target.replace(/\?.*$/s, ''));
    const odd = path
      .split('/')
      .some((part, at, all) => /^\.{1,2}(;|$)/.test(part) || (part === '' && at % (all.length - 1) !== 0));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    return path.startsWith('/') && !odd && !/[%\\\u0000-\u001f]/.test(path) ? path : null;
  } catch {
    return null; // half an encoded character
  }
};

/** `target` is the request's path and query as it was sent. */
export const judgeRequest = (
  registries: readonly string[],
  host: string,
  { method, target }: { method: string; target: string },
): RegistryDecision => {
  if (method !== 'GET' && method !== 'HEAD') return deny('method');
  const path = plainPath(target);
  if (path === null) return deny('malformed');
  const below = registries.some((registry) => {
    const { hostname, pathname } = new URL(registry);
    const folder = folderOf(decodeURIComponent(pathname));
    // What lies under "-/" is npm's own interface: who one is, which tokens one has.
    return hostname === host && folderOf(path).startsWith(folder) && !folderOf(path).startsWith(`${folder}-/`);
  });
  return below ? { decision: 'allow', path: target } : deny('path');
};
