import { describe, expect, test } from 'vitest';
import { findSecrets } from '../../../../src/effects/gather/find-secrets.ts';

// Put together at run time, so that no scanner takes this file for a leak.
const random = 'a1B2c3D4e5F6g7H8'.repeat(20);
const githubToken = `ghs_${random.slice(0, 36)}`;
const longGithubToken = `ghs_123456_${random.slice(0, 60)}.${random.slice(0, 300)}.${random.slice(3, 340)}`;
const awsKey = `AWS_SECRET_ACCESS_KEY = "${'wJalrXUtnFEMI/K7MDENG/bPxRfiCYABCDEFGHIJ'}"`;
const npmToken = `npm_${random.slice(0, 36)}`;
const keyLines = [
  `-----BEGIN RSA ${'PRIVATE'} KEY-----`,
  ...Array(10).fill('MIIEowIBAAKCAQEAaB3'.repeat(3)),
  `-----END RSA ${'PRIVATE'} KEY-----`,
];

const added = (texts: readonly string[], path = 'src/a.ts', from = 10) =>
  texts.map((text, index) => ({ path, line: from + index, text }));

describe('found, by place and rule', () => {
  test.each([
    ['GitHub token', [`const a = '${githubToken}';`], 'github'],
    ['long GitHub token', [`const a = '${longGithubToken}';`], 'github'],
    ['AWS key', [awsKey], 'aws'],
    ['npm token', [`//registry.example.org/:_authToken=${npmToken}`], 'npm'],
    ['private key', keyLines, 'privatekey'],
    ['behind a very long line', [`${'x '.repeat(30_000)}'${githubToken}'`], 'github'],
    ['at the seam of a very long line', [`${'x'.repeat(19_980)} '${githubToken}' ${'y'.repeat(19_980)}`], 'github'],
  ])('%s', async (_name, texts, rule) => {
    const findings = await findSecrets(added(texts));
    expect(findings).toEqual([{ path: 'src/a.ts', line: 10, rule }]);
  });

  test('lines far apart, in several files', async () => {
    const findings = await findSecrets([
      ...added(['ok', `'${githubToken}'`], 'b.ts', 4),
      { path: 'a.ts', line: 90, text: `'${npmToken}'` },
      { path: 'a.ts', line: 3, text: awsKey },
    ]);
    expect(findings).toEqual([
      { path: 'a.ts', line: 3, rule: 'aws' },
      { path: 'a.ts', line: 90, rule: 'npm' },
      { path: 'b.ts', line: 5, rule: 'github' },
    ]);
  });
});

test('the secret itself never comes back', async () => {
  const found = JSON.stringify(await findSecrets(added([githubToken, npmToken, awsKey, ...keyLines])));
  for (const secret of [githubToken, npmToken, 'wJalrXUtn', 'MIIEow']) expect(found).not.toContain(secret);
});

test('code cannot switch the scanner off', async () => {
  const texts = ['/* secretlint-disable */', `'${githubToken}'`, '// secretlint-disable-next-line', `'${npmToken}'`];
  expect(await findSecrets(added(texts))).toHaveLength(2);
});

test('ordinary code has none', async () => {
  expect(await findSecrets([])).toEqual([]);
  const texts = [
    'const token = process.env.TOKEN;',
    `const sha = '${'ab12'.repeat(10)}';`,
    'ghs_short',
    'https://example.org/a',
  ];
  expect(await findSecrets(added(texts))).toEqual([]);
});
