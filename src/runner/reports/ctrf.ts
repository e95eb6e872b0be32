// CTRF, the common test report format in JSON.
import { z } from 'zod';
import type { TestResult } from '../../facts/run.ts';
import { fullName, reportOf, type TestReport, unreadable } from './test-report.ts';

const Report = z.object({
  results: z.object({
    tests: z
      .array(
        z.object({
          name: z.string(),
          status: z.string(),
          /** Older writers join the suites with " > " by themselves, newer ones give the list. */
          suite: z.union([z.string(), z.array(z.string()).max(50)]).optional(),
        }),
      )
      .max(200_000),
  }),
});

/** Whatever is neither passed nor set aside counts as failed: `other` says that nobody knows. */
const statuses: Readonly<Record<string, TestResult['status']>> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  pending: 'skipped',
};

/** Pure. Throws nothing because of the text. */
export function readCtrf(text: string): TestReport {
  const json = parse(text);
  if (json === undefined) return unreadable('is not JSON');
  const parsed = Report.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return unreadable(`is no CTRF report: ${issue?.path.join('.')} ${issue?.message}`.slice(0, 200));
  }
  return reportOf(
    parsed.data.results.tests.map(({ name, status, suite = [] }) => ({
      name: fullName([...(typeof suite === 'string' ? [suite] : suite), name]) || '(unnamed)',
      status: Object.hasOwn(statuses, status) ? (statuses[status] ?? 'failed') : 'failed',
    })),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Only JSON.parse is in here.
    return undefined;
  }
}
