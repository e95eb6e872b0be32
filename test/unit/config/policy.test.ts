import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPolicy } from '../../../src/config/policy.ts';

const problemsOf = (text: string) => {
  const read = readPolicy(text);
  return read.status === 'broken' ? read.problems : [];
};

test('the least policy has every default', () => {
  expect(readPolicy('version: 1\n')).toMatchInlineSnapshot(`
    {
      "policy": {
        "agent": "codex",
        "approval": {
          "approvers": [],
          "requester": false,
        },
        "budgets": {
          "dayTokens": 50000000,
          "inactiveMinutes": 15,
          "runCalls": 500,
          "runMinutes": 45,
          "runTokens": 2000000,
          "ticketRuns": 30,
          "ticketTokens": 10000000,
        },
        "concurrency": 2,
        "egress": [],
        "gates": {
          "rules": [],
        },
        "layers": {},
        "merge": {
          "by": "gantry",
          "method": "squash",
        },
        "protected": [],
        "push": "ask",
        "registries": [],
        "runners": [
          "self-hosted",
        ],
        "unverifiedAgents": false,
        "version": 1,
      },
      "status": "ok",
    }
  `);
});

test('a whole policy is read', () => {
  const text = `# comment
version: 1
agent: claude_code
setup: npm ci
egress: ['registry.example.org', '*.example.com']
registries: [https://npm.example.org/team/]
layers:
  unit: { run: npm test, report: { format: junit, path: reports/unit.xml }, timeoutMinutes: 5 }
protected: [db/migrations/**, '*.lock']
approval: { requester: true, approvers: [octo-cat] }
merge: { by: people, method: rebase }
push: after-verify
concurrency: 4
budgets: { runMinutes: 30 }
`;
  const read = readPolicy(text);
  expect(read).toMatchObject({
    status: 'ok',
    policy: { agent: 'claude_code', layers: { unit: { timeoutMinutes: 5 } }, merge: { method: 'rebase' } },
  });
});

test('an agent that was never run with its real CLI is off until the repository says otherwise', () => {
  const off = readPolicy('version: 1\nagent: openhands\n');
  expect(off).toMatchObject({
    status: 'broken',
    problems: [{ line: 2, message: expect.stringContaining('`unverifiedAgents: true`') }],
  });
  expect(readPolicy('version: 1\nagent: openhands\nunverifiedAgents: true\n')).toMatchObject({ status: 'ok' });
  expect(readPolicy('version: 1\nagent: acp\n')).toMatchObject({
    status: 'broken',
    problems: [{ line: 2, message: expect.stringContaining('`acp`') }, { message: expect.stringContaining('`model`') }],
  });
  const named = 'version: 1\nagent: acp\nmodel: m\nacp:\n  command: [my-agent]\n  protocol: gemini\n';
  expect(readPolicy(named)).toMatchObject({ status: 'ok', policy: { acp: { command: ['my-agent'], keeps: [] } } });
});

test('a rule for the start asks by labels or about every ticket: nothing else is known before a plan', () => {
  const rules = (text: string) => problemsOf(`version: 1\ngates:\n  rules:\n${text}`);
  expect(rules('    - stage: start\n    - { stage: start, when: { labels: [risky] }, approvals: 2 }\n')).toEqual([]);
  expect(rules('    - { stage: start, approvals: 0, approvers: [ann] }\n')).toEqual([]);
  expect(
    rules('    - stage: start\n      when:\n        labels: [risky]\n        paths: [src/**]\n        lines: 9\n'),
  ).toMatchInlineSnapshot(`
    [
      {
        "line": 7,
        "message": "\`gates.rules.0.when.paths\` is not known before there is a plan: ask by \`labels\` at \`stage: start\`, leave \`when\` out to ask about every ticket, or use \`stage: plan\`",
      },
      {
        "line": 8,
        "message": "\`gates.rules.0.when.lines\` is not known before there is a plan: ask by \`labels\` at \`stage: start\`, leave \`when\` out to ask about every ticket, or use \`stage: plan\`",
      },
    ]
  `);
  expect(rules('    - stage: start\n      approvals: 0\n')).toMatchInlineSnapshot(`
    [
      {
        "line": 5,
        "message": "\`gates.rules.0.approvals\` is 0, which asks nobody: without a rule nobody is asked at \`stage: start\`, so leave this rule out",
      },
    ]
  `);
  for (const when of ['categories: [auth]', 'files: 3'])
    expect(rules(`    - { stage: start, when: { ${when} } }\n`)).toHaveLength(1);
});

test('all problems come back at once, each with its line', () => {
  const text = `version: 1
agnet: codex
agent: claude
layers:
  unit:
    runs: npm test
  e2e:
    run: x
protected:
  - src/**
  - '!docs/**'
concurrency: many
merge:
  method: sqash
`;
  expect(problemsOf(text)).toMatchInlineSnapshot(`
    [
      {
        "line": 2,
        "message": "unknown key \`agnet\`; did you mean \`agent\`?",
      },
      {
        "line": 3,
        "message": "\`agent\` is "claude" but must be one of codex, claude_code, gemini_cli, openhands, acp; did you mean \`claude_code\`?",
      },
      {
        "line": 5,
        "message": "\`layers.unit.run\` is missing: it must be a text",
      },
      {
        "line": 6,
        "message": "unknown key \`layers.unit.runs\`; did you mean \`run\`?",
      },
      {
        "line": 7,
        "message": "unknown key \`layers.e2e\`",
      },
      {
        "line": 11,
        "message": "\`protected.1\`: "!docs/**" is negated: list what is meant instead",
      },
      {
        "line": 12,
        "message": "\`concurrency\` is "many" but must be a number",
      },
      {
        "line": 14,
        "message": "\`merge.method\` is "sqash" but must be one of squash, merge, rebase; did you mean \`squash\`?",
      },
    ]
  `);
});

test.each([
  'npm.example.org',
  'http://npm.example.org/',
  'https://user:word@npm.example.org/',
  'https://npm.example.org:8443/',
  'https://10.0.0.1/',
  'https://*.example.org/',
  'https://npm.example.org/?a=b',
  'https://npm.example.org/../team',
])('%s is no registry', (registry) => {
  expect(problemsOf(`version: 1\nregistries: ['${registry}']\n`)).toEqual([
    { line: 2, message: expect.stringContaining('write it like `https://npm.example.org/team/`') },
  ]);
});

test('what the schema cannot say is judged by entry', () => {
  const text = `version: 1
egress: [https://example.org, 10.0.0.1, ok.example.org]
protected:
  - 'a{b'
approval:
  approvers:
    - '@bob'
    - org/team
layers:
  unit:
    run: x
    report: { format: junit, path: ../out.xml }
`;
  expect(problemsOf(text)).toMatchInlineSnapshot(`
    [
      {
        "line": 2,
        "message": "\`egress.0\`: "https://example.org" is not a host name: give names like \`api.example.org\`",
      },
      {
        "line": 2,
        "message": "\`egress.1\`: "10.0.0.1" is not a host name: give names like \`api.example.org\`",
      },
      {
        "line": 4,
        "message": "\`protected.0\`: "a{b" has braces that are nested or unbalanced, that touch a star with a star, or give over 64 alternatives",
      },
      {
        "line": 7,
        "message": "\`approval.approvers.0\`: "@bob" is not a GitHub login: leave out the "@" and teams",
      },
      {
        "line": 8,
        "message": "\`approval.approvers.1\`: "org/team" is not a GitHub login: leave out the "@" and teams",
      },
      {
        "line": 12,
        "message": "\`layers.unit.report.path\`: "../out.xml" leaves the repository: write it relative to its root, without ".."",
      },
    ]
  `);
});

describe('the version', () => {
  test.each([
    [
      'version: 2\nfuture: true',
      1,
      'this Gantry reads version 1 of the file, not 2: write `version: 1`, or upgrade Gantry',
    ],
    ['agent: codex', 1, '`version` is missing: start the file with `version: 1`'],
    ['\n\nversion: "1"', 3, 'this Gantry reads version 1 of the file, not "1": write `version: 1`, or upgrade Gantry'],
  ])('%j', (text, line, message) => {
    expect(problemsOf(text)).toEqual([{ line, message }]);
  });
});

describe('what is not a policy is broken and never a default', () => {
  test.each([
    ['empty', '', 1],
    ['only a comment', '# nothing', 1],
    ['a list', '- a', 1],
    ['a word', 'hello', 1],
    ['null', 'null', 1],
    ['not YAML', 'version: 1\nagent: [', 2],
    ['tabs', 'version: 1\nlayers:\n\tunit: x', 3],
    ['same key twice', 'version: 1\nagent: codex\nagent: codex', 3],
    ['two documents', 'version: 1\n---\nversion: 1', 2],
    ['an alias', 'version: 1\nsetup: &a x\nmodel: *a', 3],
    ['an alias that nobody defined', 'version: 1\nmodel: *a', 2],
    [
      'an alias bomb',
      `version: 1\na: &a [x]\n${'bcdefghijk'.replace(/./g, (key) => `${key}: &${key} [*a,*a,*a]\n`)}`,
      3,
    ],
    ['a tag', 'version: 1\nmodel: !!js/function x', 2],
    ['a merge key', 'version: 1\n<<: { agent: codex }', 2],
    ['deep flow', `version: 1\na: ${'['.repeat(30_000)}`, 2],
    ['deep block', `version: 1\na:\n  ${'- '.repeat(30_000)}`, 3],
    ['too long', `version: 1\n#${'x'.repeat(70_000)}`, 1],
    ['prototype', 'version: 1\n__proto__: { agent: x }', 2],
  ])('%s', (_name, text, line) => {
    const problems = problemsOf(text);
    expect(problems[0]?.line).toBe(line);
    expect(problems[0]?.message).toMatch(/\w/);
  });
});

test('any text is read without throwing, with at most 50 problems', () => {
  const piece = fc.constantFrom(
    'version: 1\n',
    'layers:\n',
    '  unit:\n',
    '    run: x\n',
    '- ',
    ': ',
    '\n',
    '&a ',
    '*a',
    '{',
    '[',
    '!!x ',
    '? ',
    '| ',
    '"',
    '--- ',
    '%YAML 1.1\n',
    'protected: [',
    '\t',
  );
  const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 6 })), { maxLength: 25 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (yaml) => {
      const read = readPolicy(yaml);
      if (read.status === 'ok') return;
      expect(read.problems.length).toBeGreaterThan(0);
      expect(read.problems.length).toBeLessThanOrEqual(50);
      expect(read.problems.every(({ line }) => line >= 1 && line <= yaml.split('\n').length + 1)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
