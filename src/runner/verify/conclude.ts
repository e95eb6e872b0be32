// From what was seen of a layer to its result. Pure: the exit code and the report were read outside the box.
import type { LayerName, LayerPolicy } from '../../facts/policy.ts';
import type { LayerResult } from '../../facts/run.ts';
import { leftTooMuch } from '../box.ts';
import { lastOf, redact } from '../redact.ts';
import type { TestReport } from '../reports/test-report.ts';

export type Seen = {
  exitCode: number | null;
  signal: string | null;
  timedOut: boolean;
  overDisk: boolean;
  durationMs: number;
  /** Both streams in the order in which they came; only the end is looked at. */
  output: string;
  /** Absent where policy names no report. */
  report?: TestReport | undefined;
};

const tailCharacters = 4_096;

export const skippedLayer = (layer: LayerName): LayerResult => ({
  layer,
  conclusion: 'skipped',
  why: `No ${layer} layer is configured in .github/harness.yml.`,
});

export function concludeLayer(layer: LayerName, policy: LayerPolicy, seen: Seen): LayerResult {
  const { report } = seen;
  return {
    layer,
    ...judge(policy, seen),
    command: policy.run,
    exitCode: seen.exitCode,
    durationMs: Math.round(seen.durationMs),
    ...(report?.status === 'ok' && {
      counts: report.counts,
      tests: report.tests.map((one) => ({ ...one, name: redact(one.name) || '(unnamed)' })),
    }),
    ...(seen.output !== '' && { tail: lastOf(redact(seen.output), tailCharacters) }),
  };
}

function judge(
  policy: LayerPolicy,
  { exitCode, signal, timedOut, overDisk, report }: Seen,
): Pick<LayerResult, 'conclusion' | 'why'> {
  const counted = report?.status === 'ok' ? report.counts : undefined;
  const numbers = counted ? ` ${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped.` : '';
  if (timedOut)
    return { conclusion: 'timed_out', why: `The command did not end within ${policy.timeoutMinutes} minutes.` };
  if (overDisk) return { conclusion: 'failure', why: `The command ${leftTooMuch}` };
  if (exitCode === null)
    return { conclusion: 'failure', why: `The command was killed by ${signal ?? 'a signal'}.${numbers}` };
  if (exitCode !== 0) return { conclusion: 'failure', why: `The command ended with ${exitCode}.${numbers}` };
  if (!policy.report) return { conclusion: 'success', why: 'The command ended with 0. No report is configured.' };
  const { path } = policy.report;
  if (!report || report.status === 'unreadable')
    return {
      conclusion: 'unknown',
      why: `The command ended with 0, but its report ${path} ${report?.why ?? 'was not read'}.`.slice(0, 500),
    };
  const { passed, failed, skipped } = report.counts;
  if (failed > 0)
    return {
      conclusion: 'failure',
      why: `The command ended with 0, but its report has ${failed} failed tests.${numbers}`,
    };
  if (passed === 0)
    return {
      conclusion: 'unknown',
      why:
        skipped > 0
          ? `Every test was skipped (${skipped}).`
          : `The report ${path} holds no test, so nothing was shown.`,
    };
  return { conclusion: 'success', why: numbers.trim() };
}
