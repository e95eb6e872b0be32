import { expect, test } from 'vitest';
import { readCtrf } from '../../../../src/runner/reports/ctrf.ts';

const report = (tests: unknown) => JSON.stringify({ results: { tool: { name: 't' }, summary: {}, tests } });

test('names with suites as a list or as text; an unknown status is a failure', () => {
  const tests = [
    { name: 'a', status: 'passed', duration: 1, suite: ['one', 'two'] },
    { name: 'b', status: 'pending', suite: 'one > two' },
    { name: 'c', status: 'other' },
    { name: 'd', status: 'constructor' },
  ];
  expect(readCtrf(report(tests))).toEqual({
    status: 'ok',
    counts: { passed: 1, failed: 2, skipped: 1 },
    tests: [
      { name: 'c', status: 'failed' },
      { name: 'd', status: 'failed' },
      { name: 'one > two > a', status: 'passed' },
      { name: 'one > two > b', status: 'skipped' },
    ],
  });
});

test('a summary without tests proves nothing', () => {
  const text = JSON.stringify({ results: { summary: { tests: 5, passed: 5 } } });
  expect(readCtrf(text)).toMatchObject({ status: 'unreadable', why: expect.stringContaining('results.tests') });
});

test.each([
  ['', 'is not JSON'],
  ['{"results":', 'is not JSON'],
])('%j', (text, why) => {
  expect(readCtrf(text)).toEqual({ status: 'unreadable', why });
});
