// What a test report says, whatever its format. The text comes from hostile code: bounded, and never a pass by itself.
import type { Counts, TestResult } from '../../facts/run.ts';

/**
 * `tests`: at most 500, failed ones first, then in the order of the report. `counts` covers all of them. `why` is the end
 * of a sentence that begins with the report's path.
 */
export type TestReport = { status: 'ok'; counts: Counts; tests: TestResult[] } | { status: 'unreadable'; why: string };

const mostTests = 500;
const longestName = 500;

export const unreadable = (why: string): TestReport => ({ status: 'unreadable', why });

export function reportOf(results: readonly TestResult[]): TestReport {
  const of = (status: TestResult['status']) => results.filter((result) => result.status === status);
  const [failed, skipped, passed] = [of('failed'), of('skipped'), of('passed')];
  return {
    status: 'ok',
    counts: { passed: passed.length, failed: failed.length, skipped: skipped.length },
    tests: [...failed, ...results.filter(({ status }) => status !== 'failed')].slice(0, mostTests),
  };
}

/** Suites from the outside in, then the case. Empty parts are left out. */
export const fullName = (parts: readonly string[]): string =>
  parts
    .map((part) => part.replace(/\s+/g, ' ').trim())
    .filter((part) => part !== '')
    .join(' > ')
    .slice(0, longestName);
