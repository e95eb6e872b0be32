import { expect, test } from 'vitest';
import { LayerResult } from '../../../../src/facts/run.ts';
import { concludeLayer, type Seen } from '../../../../src/runner/verify/conclude.ts';

const withReport = { run: 'npm test', report: { format: 'junit' as const, path: 'r.xml' }, timeoutMinutes: 3 };
const withoutReport = { run: 'npm run lint', timeoutMinutes: 3 };
const seen: Seen = { exitCode: 0, signal: null, timedOut: false, overDisk: false, durationMs: 12.7, output: '' };
const counted = (passed: number, failed: number, skipped: number): Partial<Seen> => ({
  report: { status: 'ok', counts: { passed, failed, skipped }, tests: [] },
});

test.each<[string, Partial<Seen>, boolean, string]>([
  ['0 and tests passed', counted(3, 0, 1), true, 'success'],
  ['0 without a configured report', {}, false, 'success'],
  ['0 and a failed test', counted(3, 1, 0), true, 'failure'],
  ['0 and no test', counted(0, 0, 0), true, 'unknown'],
  ['0 and every test skipped', counted(0, 0, 5), true, 'unknown'],
  ['0 and an unreadable report', { report: { status: 'unreadable', why: 'was not written' } }, true, 'unknown'],
  ['0 and nobody looked for the report', {}, true, 'unknown'],
  ['1 and all tests passed', { exitCode: 1, ...counted(3, 0, 0) }, true, 'failure'],
  ['killed', { exitCode: null, signal: 'SIGKILL' }, false, 'failure'],
  ['too much written', { exitCode: null, overDisk: true, ...counted(3, 0, 0) }, true, 'failure'],
  ['out of time', { exitCode: null, timedOut: true, ...counted(3, 0, 0) }, true, 'timed_out'],
])('%s → %s', (_, over, report, conclusion) => {
  const result = concludeLayer('unit', report ? withReport : withoutReport, { ...seen, ...over });
  expect(LayerResult.parse(result)).toMatchObject({ layer: 'unit', conclusion });
  expect(result.why).toMatch(/\.$/);
});

test('the tail is the end of the output, without secrets and colours', () => {
  const output = `${'x'.repeat(9_000)}\n\u001b[31mred\u001b[0m ghs_${'a'.repeat(40)} end\n`;
  expect(concludeLayer('unit', withoutReport, { ...seen, output }).tail).toBe('red [redacted] end\n');
});
