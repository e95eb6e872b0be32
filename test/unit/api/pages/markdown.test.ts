// Sentences of render/ as HTML: their own marks become elements, data stays text.
import { expect, test } from 'vitest';
import { briefly, inlineMarkdown, markdown, plainly } from '../../../../src/api/pages/markdown.ts';
import { message } from '../../../../src/facts/message.ts';

test('marks become elements', async () => {
  expect(String(await markdown('Type `/retry`.\n\n- **one**\n- two\n\n```text\n/approve-plan x\n```'))).toBe(
    '<p>Type <code>/retry</code>.</p><ul><li><p><strong>one</strong></p></li><li><p>two</p></li></ul><pre>/approve-plan x</pre>',
  );
});

test.each([
  '<script>alert(1)</script>',
  'a <img src=x onerror=alert(1)> b',
  '[x](javascript:alert(1))',
  '![x](https://evil.example/p.png)',
  '<https://evil.example>',
  '[x]: javascript:alert(1)\n\n[x]',
  '`<b>`',
  '```\n<b>\n```',
  '"><svg onload=1>',
])('no element comes out of %s', async (attack) => {
  for (const shown of [String(await markdown(attack)), String(await inlineMarkdown(attack))]) {
    expect(shown.replace(/<\/?(p|code|pre)>/g, '')).not.toMatch(/[<>]/);
  }
});

test('a message in plain words, and in brief', async () => {
  const next = message('next-approve', { digest: 'a'.repeat(64) });
  expect(plainly(next)).toMatch(/types: \/approve-plan a{64} If not: \/reject-plan <why>\.$/);
  expect(String(await briefly(next))).toMatch(/types: <code>\/approve-plan a{9}…<\/code>$/);
  expect(plainly(message('gate-held', { by: '@mona' }))).toBe('On hold by @mona.');
});
