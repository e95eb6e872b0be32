import { describe, expect, test } from 'vitest';
import { parseMarkdown } from '../../../../src/intake/text/markdown.ts';

describe('what people write is parsed', () => {
  test.each([
    ['rules and underlines', `a\n${'-'.repeat(80)}\n\n${'* '.repeat(40)}\n\n${'- '.repeat(40)}\n`],
    ['a wide table', `|${'a|'.repeat(30)}\n|${'-|'.repeat(30)}\n|${'b|'.repeat(30)}\n`],
    ['quotes in quotes', `${'> '.repeat(8)}a`],
    ['a long log', '2026-11-20 [worker_1] some_long_identifier took_ms=12 [ok]\n'.repeat(1_000)],
    ['many tasks', '- [ ] **a** task with `code`\n'.repeat(900)],
  ])('%s', (_name, text) => {
    expect(parseMarkdown(text)?.type).toBe('root');
  });
});

describe('what stops the parser is refused at once', () => {
  test.each([
    ['quotes', '>'.repeat(60_000)],
    ['lists', `${'- '.repeat(30_000)}a`],
    ['numbered lists', `${'1. '.repeat(20_000)}a`],
    ['footnotes', '[^a]: '.repeat(10_000)],
    ['emphasis', '*a_'.repeat(20_000)],
    ['brackets', '[a]('.repeat(16_000)],
    ['comments', 'a <!--'.repeat(10_000)],
    ['instructions', 'a <?'.repeat(16_000)],
    ['length', 'a'.repeat(70_000)],
  ])('%s', (_name, text) => {
    const start = performance.now();
    expect(parseMarkdown(text)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(500);
  });
});
