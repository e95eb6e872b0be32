// Decides about one connection that a box asks for: allow-listed name, ordinary port, public address.
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

export type Denial =
  | 'malformed'
  | 'port'
  | 'ip_literal'
  | 'not_allowed'
  | 'unresolved'
  | 'private_address'
  /** Of a registry that needs a credential: there is none here, or the request is no reading of what policy names. */
  | 'no_credential'
  | 'method'
  | 'path';

export type EgressDecision = { decision: 'allow'; address: string } | { decision: 'deny'; why: Denial };

export type EgressRule = {
  /** Host names; `*.example.org` covers every name below example.org, not itself. */
  allow: readonly string[];
  /** All addresses of a name; an empty list when it has none. */
  resolve(host: string): Promise<readonly string[]>;
};

const ports: ReadonlySet<number> = new Set([80, 443]);
/** Resolvers read a name that ends in a number as an address: 2130706433, 0x7f.1, 0177.0.0.1. */
const numeric = /(^|\.)(\d+|0x[0-9a-f]*)$/;

const deny = (why: Denial): EgressDecision => ({ decision: 'deny', why });

/** Lower case, without the root's dot and without an IPv6 literal's brackets. */
export const normalHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1');

const matches = (host: string, pattern: string): boolean => {
  const wanted = pattern.toLowerCase();
  return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1 : host === wanted;
};

/**
 * `host` as normalHost gives it. The answer names the one address to connect to: resolving again could give another.
 * One private address among several denies them all.
 */
export const judge = async (rule: EgressRule, host: string, port: number): Promise<EgressDecision> => {
  if (isIP(host) !== 0 || numeric.test(host)) return deny('ip_literal');
  if (host === '' || !/^[a-z0-9._-]+$/.test(host)) return deny('malformed');
  if (!ports.has(port)) return deny('port');
  if (!rule.allow.some((pattern) => matches(host, pattern))) return deny('not_allowed');
  const addresses = await rule.resolve(host);
  const [first] = addresses;
  if (first === undefined) return deny('unresolved');
  if (!addresses.every(isPublicAddress)) return deny('private_address');
  return { decision: 'allow', address: first };
};
