import { expect, test } from 'vitest';
import { readJunit } from '../../../../src/runner/reports/junit.ts';

const named = (text: string) => {
  const report = readJunit(text);
  return report.status === 'ok' ? report.tests.map(({ name, status }) => `${status} ${name}`) : report.why;
};

test('nested suites as the Node test runner writes them', () => {
  const text = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="bulk discount" tests="2">
    <testsuite name="inner"><testcase name="x &amp; y &lt;z&gt;" classname="bulk discount.inner"/>
      <testcase name="s"><skipped type="skipped" message="true"/></testcase></testsuite>
    <testcase name="f" failure="no"><failure type="testCodeFailure" message="no">Error: &lt;no></failure></testcase>
  </testsuite>
  <testcase name="top" classname="test"/>
  <!-- tests 4 -->
</testsuites>`;
  expect(named(text)).toEqual([
    'failed bulk discount > f',
    'passed test > top',
    'passed bulk discount > inner > x & y <z>',
    'skipped bulk discount > inner > s',
  ]);
  expect(readJunit(text)).toMatchObject({ counts: { passed: 2, failed: 1, skipped: 1 } });
});

test('one suite without an outer element, errors, empty names', () => {
  const text = `<testsuite name="pkg.Suite"><testcase name="a" classname="pkg.Suite"/><testcase name="b"><error/></testcase>
    <testcase/><system-out><![CDATA[<testcase name="forged"/>]]></system-out></testsuite>`;
  expect(named(text)).toEqual(['failed pkg.Suite > b', 'passed pkg.Suite > a', 'passed pkg.Suite']);
});

test.each([
  ['nothing', '', 'is not well-formed XML'],
  ['text', 'all tests passed', 'is not well-formed XML'],
  ['a broken document', '<testsuites><testsuite></testsuites>', 'is not well-formed XML'],
  ['cut off', '<testsuites><testcase name="a', 'is not well-formed XML'],
  ['another document', '<html><body/></html>', 'has no testsuite element'],
  [
    'entities of its own',
    '<!DOCTYPE a [<!ENTITY x "y">]><testsuites><testcase name="&x;"/></testsuites>',
    'declares a document type, which no test report needs',
  ],
])('%s is unreadable', (_, text, why) => {
  expect(readJunit(text)).toEqual({ status: 'unreadable', why });
});

test('depth and names are bounded', () => {
  const deep = `${'<testsuite name="s">'.repeat(200)}<testcase name="a"/>${'</testsuite>'.repeat(200)}`;
  expect(readJunit(deep).status).toBe('unreadable');
  const [long] = [readJunit(`<testsuite><testcase name="${'n'.repeat(9_000)}"/></testsuite>`)];
  expect(long.status === 'ok' && long.tests[0]?.name).toHaveLength(500);
});

test('at most 500 tests are told, the failed ones first, all are counted', () => {
  const cases = Array.from(
    { length: 700 },
    (_, n) => `<testcase name="t${n}">${n === 699 ? '<failure/>' : ''}</testcase>`,
  );
  const report = readJunit(`<testsuites><testsuite name="s">${cases.join('')}</testsuite></testsuites>`);
  expect(report).toMatchObject({ counts: { passed: 699, failed: 1, skipped: 0 } });
  expect(report.status === 'ok' && [report.tests.length, report.tests[0]?.name]).toEqual([500, 's > t699']);
});

test('a report without tests is readable and empty', () => {
  expect(readJunit('<testsuites/>')).toEqual({ status: 'ok', counts: { passed: 0, failed: 0, skipped: 0 }, tests: [] });
});
