import { expect, test } from 'vitest';
import { createJobLog, inert } from '../../../src/runner/job-log.ts';
import { oneLine, redact } from '../../../src/runner/redact.ts';

const written = (act: (log: ReturnType<typeof createJobLog>) => void): string => {
  let text = '';
  act(
    createJobLog((more) => {
      text += more;
    }, undefined),
  );
  return text;
};

test('nothing that a program prints is a workflow command', () => {
  const hostile = 'a\n::add-mask::x\n  ::set-output name=a::b\n##[command]x\r\n::endgroup::';
  const lines = written((log) => log.quote(hostile)).split('\n');
  for (const line of lines) expect(line).not.toMatch(/^\s*::|##\[/);
  expect(written((log) => log.line('::error::x'))).not.toMatch(/^\s*::/);
});

test('a group is closed also after a failure', async () => {
  let text = '';
  const log = createJobLog((more) => {
    text += more;
  }, undefined);
  await expect(log.group('A\n::error::b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(text).toBe('::group::A ::error::b\n::endgroup::\n');
});

test('secrets are cut out', () => {
  const jwt = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`;
  const secrets = [
    `ghs_${'a1'.repeat(20)}`,
    `ghs_12345_${jwt}`,
    `github_pat_${'a'.repeat(30)}`,
    `gtr_${'A-_'.repeat(14)}`,
    jwt,
  ];
  for (const secret of secrets) expect(redact(`x ${secret} y`)).toBe('x [redacted] y');
});

test('untrusted text stays text', () => {
  expect(inert('a`b\n![x](http://y)')).toBe('`a b ![x](http://y)`');
  expect(oneLine(`${'a'.repeat(400)}`, 10)).toBe('aaaaaaaaa…');
});
