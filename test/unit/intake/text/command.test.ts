import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Command, commandTable, usage } from '../../../../src/facts/command-given.ts';
import { readCommands } from '../../../../src/intake/text/command.ts';

const digest = 'a1'.repeat(32);
const sha = 'b2'.repeat(20);

describe('every command of the contract is read', () => {
  test.each<[string, Command]>([
    ['/approve-plan', { name: 'approve-plan' }],
    [`/approve-plan ${digest.toUpperCase()}`, { name: 'approve-plan', digest }],
    ['/reject-plan  the scope is   too wide', { name: 'reject-plan', why: 'the scope is too wide' }],
    ['/answer 2 use the existing table', { name: 'answer', question: 2, choice: 'use the existing table' }],
    ['/accept-recommended', { name: 'accept-recommended' }],
    ['/retry', { name: 'retry' }],
    ['/cancel', { name: 'cancel' }],
    ['/run-ci', { name: 'run-ci' }],
    [`/verify ${sha}`, { name: 'verify', sha }],
    ['/hold', { name: 'hold' }],
    ['/hold release week', { name: 'hold', why: 'release week' }],
    ['/unhold', { name: 'unhold' }],
    ['/override evidence flaky on this host', { name: 'override', check: 'evidence', why: 'flaky on this host' }],
    ['/promote production', { name: 'promote', environment: 'production' }],
    ['/rollback staging-2', { name: 'rollback', environment: 'staging-2' }],
    ['/harness status', { name: 'harness status' }],
    ['/Harness  Help', { name: 'harness help' }],
    ['/harness explain', { name: 'harness explain' }],
    ['/harness explain plan-conformance', { name: 'harness explain', check: 'plan-conformance' }],
    ['/harness pause', { name: 'harness pause' }],
    ['/harness resume', { name: 'harness resume' }],
  ])('%s', (body, command) => {
    expect(readCommands(body)).toEqual({ commands: [command], unknown: [], malformed: [] });
  });

  test('the table has one row per command of the union', () => {
    expect(Object.keys(commandTable).sort()).toEqual(Command.options.map((option) => option.shape.name.value).sort());
  });
});

test('commands stand anywhere in a comment, one per line, with either line end', () => {
  const body = 'Looks good.\r\n/approve-plan\r\nand then\r\n\r\n   /hold until Monday\r\n**bold**  \n/retry';
  expect(readCommands(body).commands).toEqual([
    { name: 'approve-plan' },
    { name: 'hold', why: 'until Monday' },
    { name: 'retry' },
  ]);
});

test('a reason keeps its Markdown, without invisible characters', () => {
  expect(
    readCommands('/reject-plan see `src/a.ts` and **this** [one](https://example.org)\u200b\u202e').commands,
  ).toEqual([{ name: 'reject-plan', why: 'see `src/a.ts` and **this** [one](https://example.org)' }]);
});

describe('what is not first on a line of a paragraph is not a command', () => {
  test.each([
    ['in a sentence', 'please /retry'],
    ['inline code', '`/retry`'],
    ['inline code over lines', '`a\n/retry\nb`'],
    ['fenced code', '```\n/retry\n```'],
    ['fenced code left open', '~~~\n/retry'],
    ['indented code', 'x\n\n    /retry'],
    ['quote', '> /retry'],
    ['quote with lazy continuation', '> hello\n/retry'],
    ['quote in quote', '> > /retry'],
    ['list', '- /retry'],
    ['task list', '- [ ] /retry'],
    ['lazy list line', '- hello\n/retry'],
    ['heading', '# /retry'],
    ['underlined heading', '/retry\n==='],
    ['table cell', '| a |\n| - |\n/retry'],
    ['link', '[/retry](https://example.org)'],
    ['link over lines', '[a\n/retry](https://example.org)'],
    ['image text', '![\n/retry](https://example.org)'],
    ['emphasis', '**/retry**'],
    ['emphasis over lines', '**a\n/retry**'],
    ['struck out', '~~a\n/retry~~'],
    ['footnote', '[^1]: text\n/retry\n\n[^1]'],
    ['link definition', '[a]:\n/retry'],
    ['HTML comment', '<!--\n/retry\n-->'],
    ['HTML comment left open', '<!-- a\n\n/retry'],
    ['HTML comment in a line', 'a <!--\n/retry\n--> b'],
    ['HTML block', '<div>\n/retry\n</div>'],
    ['details', '<details><summary>x</summary>\n\n/retry\n\n</details>'],
    ['pre with an empty line', '<pre>\n\n/retry\n\n</pre>'],
    ['blockquote element', '<blockquote>\n\n/retry\n\n</blockquote>'],
    ['code element', 'a <code>b\n/retry\n</code>'],
    ['escape', '\\/retry'],
    ['entity', '&#47;retry'],
    ['invisible character before it', '\u200b/retry'],
    ['full width slash', '\uff0fretry'],
    ['path', '/retry/this'],
  ])('%s', (_name, body) => {
    expect(readCommands(body)).toEqual({ commands: [], unknown: [], malformed: [] });
  });
});

test.each([
  ['emphasis bomb', `/retry\n\n${'*a_'.repeat(5_000)}`],
  ['nesting bomb', `/retry\n\n${'>'.repeat(16_000)}`],
  ['footnote bomb', `/retry\n\n${'[^a]: '.repeat(2_500)}`],
  ['bracket bomb', `/retry\n\n${'[a]'.repeat(5_000)}`],
  ['processing instruction bomb', `/retry\n\n${'a <?'.repeat(4_000)}`],
  ['too long', `/retry\n\n${'a'.repeat(17_000)}`],
])('nothing is obeyed in a text that is not parsed, and its author learns why: %s', (_name, body) => {
  expect(readCommands(body)).toMatchObject({ commands: [], unknown: [], malformed: [{ command: 'retry' }] });
});

test('after closed HTML commands count again', () => {
  const body = '<details>\n\n/cancel\n\n</details>\n\n<img src="a.png">\n\n<!-- note -->\n/harness help\n\n/retry';
  expect(readCommands(body).commands).toEqual([{ name: 'harness help' }, { name: 'retry' }]);
});

test('near misses are suggested, other words are not', () => {
  expect(readCommands('/aprove-plan\n/retry.\n/harness staus\n/harnes status\n/tmp is full\n/shrug').unknown).toEqual([
    { text: '/aprove-plan', didYouMean: '/approve-plan' },
    { text: '/retry.', didYouMean: '/retry' },
    { text: '/harness staus', didYouMean: '/harness status' },
    { text: '/harnes' },
    { text: '/tmp' },
    { text: '/shrug' },
  ]);
});

describe('arguments that do not fit are answered with the usage', () => {
  test.each([
    ['/reject-plan', 'reject-plan', '<why> is missing'],
    ['/reject-plan no', 'reject-plan', 'say why in a few words'],
    ['/retry please', 'retry', '"please" is too much: nothing may follow on that line'],
    ['/approve-plan looks good', 'approve-plan', '"good" is too much: nothing may follow on that line'],
    [
      '/approve-plan abcdef123456',
      'approve-plan',
      'a plan digest has 64 hexadecimal digits: copy it from the policy comment',
    ],
    ['/answer two yes', 'answer', '<n> must be a number'],
    ['/answer 0 yes', 'answer', 'questions are counted from 1'],
    ['/answer 1', 'answer', '<choice> is missing'],
    ['/verify abc123', 'verify', 'give the whole commit id (40 hexadecimal digits): a short one can be forged'],
    ['/override unit', 'override', '<why> is missing'],
    ['/promote', 'promote', '<env> is missing'],
  ] as const)('%s', (body, command, problem) => {
    expect(readCommands(body)).toEqual({
      commands: [],
      unknown: [],
      malformed: [{ command, problem, usage: usage(command) }],
    });
  });

  test('/harness alone', () => {
    expect(readCommands('/harness').malformed).toMatchInlineSnapshot(`
      [
        {
          "command": "harness",
          "problem": "it needs one more word",
          "usage": "/harness status, /harness help, /harness explain [check], /harness pause [why], /harness resume",
        },
      ]
    `);
  });
});

test('usage is what a person types', () => {
  expect(usage('override')).toBe('/override <check> <why>');
  expect(usage('hold')).toBe('/hold [why]');
  expect(usage('answer')).toBe('/answer <n> <choice>');
  expect(usage('harness explain')).toBe('/harness explain [check]');
});

describe('properties', () => {
  const commandLine = fc.constantFrom('/approve-plan', '/retry', '/hold because', '/harness status', '/override a b c');
  const markup = fc.constantFrom(
    '`',
    '```',
    '\n',
    '\n\n',
    '> ',
    '- ',
    '<b>',
    '</b>',
    '<!--',
    '-->',
    '[',
    '](x)',
    '*',
    '_',
    '|',
    '    ',
    '\\',
    '&',
    '#',
    '~~~',
    '1. ',
  );
  const soup = fc
    .array(fc.oneof(commandLine, markup, fc.string({ maxLength: 8 })), { maxLength: 30 })
    .map((parts) => parts.join(''));

  test('never throws, and reads only commands that a line begins with', () => {
    fc.assert(
      fc.property(soup, (body) => {
        const { commands } = readCommands(body);
        const lines = body.split(/[\r\n]/).filter((line) => /^[ \t]*\//.test(line));
        expect(commands.length).toBeLessThanOrEqual(lines.length);
        for (const command of commands) expect(Command.safeParse(command).success).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('whatever the text, wrapped in code, a quote, a link or HTML it holds no command', () => {
    const wrappers: ((text: string) => string)[] = [
      (text) => `${'`'.repeat(40)}\n${text}\n${'`'.repeat(40)}`,
      (text) => text.replace(/^/gm, '    ').replace(/\r/g, ''),
      (text) => text.replace(/\r\n?/g, '\n').replace(/^/gm, '> '),
      (text) => `[a\n/retry ${text.replace(/[^a-z/ ]/g, '')}\n/hold](https://example.org)`,
      (text) => `<!--\n${text.replaceAll('-->', '')}`,
      (text) => `<details>\n\n${text.replaceAll('<', '')}\n\n</details>`,
    ];
    fc.assert(
      fc.property(soup, fc.constantFrom(...wrappers), (text, wrap) => {
        expect(readCommands(wrap(text)).commands).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a command on a line of its own is read after any text that is a plain paragraph', () => {
    const words = fc
      .array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 6 })
      .map((all) => all.join(' '));
    fc.assert(
      fc.property(words, fc.constantFrom('\n', '\n\n', '\r\n'), words, (before, end, after) => {
        expect(readCommands(`${before}${end}/retry${end}${after}`).commands).toEqual([{ name: 'retry' }]);
      }),
    );
  });
});
