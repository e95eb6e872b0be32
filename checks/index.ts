// The registry: every check, in the order in which people should read them. Tested against the folder listing.
import type { PullSnapshot } from '../src/facts/pull-snapshot.ts';
import { all, allMessages, type Verdict } from '../src/facts/verdict.ts';
import type { Check } from './contract.ts';
import { evidence } from './evidence.ts';
import { planConformance } from './plan-conformance.ts';
import { policyFile } from './policy-file.ts';
import { protectedPaths } from './protected-paths.ts';
import { readiness } from './readiness.ts';
import { secrets } from './secrets.ts';

export const checks: readonly Check[] = [policyFile, readiness, planConformance, protectedPaths, secrets, evidence];

/** All checks on one snapshot, joined by AND. The verdict's children are one verdict per check, in registry order. */
export const judge = (pull: PullSnapshot, name = 'governance'): Verdict =>
  all(
    name,
    checks.map((check) => check.evaluate(pull)),
  );

/**
 * The sentence of a verdict. `shown` is applied to each piece of data, which is untrusted: pass the escaping of the place
 * where it goes. An id that nobody defines comes back as itself rather than as nothing.
 */
export const sentence = (verdict: Verdict, shown: (data: string) => string = (data) => data): string => {
  const own = checks.find(({ name }) => name === verdict.check)?.messages ?? {};
  const messages: Readonly<Record<string, string>> = { ...allMessages, ...own };
  const template = messages[verdict.messageId] ?? verdict.messageId;
  return template.replace(/\{(\w+)\}/g, (hole, key: string) => {
    const data = verdict.data[key];
    return data === undefined ? hole : shown(data);
  });
};
