// Every kind of secret is taken out of text, of log lines and of job logs, and what only looks alike stays.
import { expect, test } from 'vitest';
import { secretForms, withoutSecrets } from '../../../src/facts/secret.ts';
import { createLog } from '../../../src/log.ts';
import { redact } from '../../../src/runner/redact.ts';

// Put together from parts, so that nothing here has the form of a live credential.
const of = (...parts: string[]) => parts.join('');
const pem = (end: string) => of('-----BEGIN RSA PRIVATE ', 'KEY-----\nMIIEow+/IBAAK\nCAQEA=\n', end);

/** What must not be left of each kind. */
const samples: Record<keyof typeof secretForms, readonly string[]> = {
  github_token: [
    of('gh', 'p_', 'a1'.repeat(18)),
    // The long form: a JWT behind the prefix.
    of('gh', 's_', '12345_', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.', 'Zm9v'.repeat(40)),
    of('github', '_pat_', '11ABCDE', '_x9'.repeat(12)),
  ],
  ghes_token: [of('v1.', '0123456789abcdef0123', '456789abcdef01234567')],
  run_token: [of('gtr', '_', 'Ab3-_'.repeat(9))],
  model_key: [of('sk', '-proj-', 'Ab3_'.repeat(9)), of('sk', '-ant-api03-', 'x-Y9'.repeat(20))],
  google_key: [of('AI', 'za', 'SyA0b1_'.repeat(5))],
  aws_key: [of('AK', 'IA', 'ABCDEFGH23456789')],
  slack_token: [of('xo', 'xb-', '1234567890-abcdef')],
  linear_key: [of('lin', '_api_', 'a1b2c3d4e5f6')],
  jwt: [
    of('ey', 'JhbGciOiJSUzI1NiJ9.', 'eyJpc3MiOiIxMjM0In0.', 'c2lnbmF0dXJl'),
    of('ey', 'JhbGciOiJSUzI1NiJ9.', 'eyJpc3MiOiIxMjM0In0'),
  ],
  authorization: ['Bearer abc123def456ghi', 'bearer abc123def456ghi', of('Basic ', 'eC1hY2Nlc3M6Zm9vYmFy')],
  url_password: [
    'postgres://gantry:hunter2hunter2@db/gantry',
    'https://x-access-token:hunter2hunter2@github.com/a/b.git',
  ],
  private_key: [
    pem(of('-----END RSA PRIVATE ', 'KEY-----')),
    pem('MIIcut'),
    of('-----BEGIN OPENSSH PRIVATE ', 'KEY-----\nb3Bl\n'),
  ],
};

/** The part of a sample that is the secret itself. */
const secretIn = (sample: string): string =>
  /hunter2hunter2|abc123def456ghi|eC1hY2Nlc3M6Zm9vYmFy/.exec(sample)?.[0] ?? sample.slice(-12);

const cases = Object.entries(samples).flatMap(([kind, texts]) => texts.map((text) => [kind, text] as const));

test('every kind has a sample', () => {
  expect(Object.keys(samples).sort()).toEqual(Object.keys(secretForms).sort());
});

test.each(cases)('%s is taken out: %s', (kind, text) => {
  expect(text).toMatch(new RegExp(secretForms[kind as keyof typeof secretForms].source, 'i'));
  for (const cleared of [withoutSecrets(`before ${text} after`), redact(`before ${text} after`)]) {
    expect(cleared).toContain('[redacted]');
    expect(cleared).not.toContain(secretIn(text));
    expect(cleared).toMatch(/^before /);
  }
});

test.each(cases)('a log line without %s stays one line of JSON: %s', (_, text) => {
  const lines: string[] = [];
  const log = createLog('info', (line) => lines.push(line));
  log.warn({ why: text, err: new Error(text), nested: { deep: [text, 'kept'] } }, `said ${text}`);
  log.child({ header: text }).info('end');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).not.toContain(secretIn(text).replaceAll('\n', '\\n'));
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, nested: { deep: [expect.any(String), 'kept'] } });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ msg: 'end' });
});

test.each(cases)('%s is taken out behind an escape of JSON: %s', (_, text) => {
  const once = JSON.stringify({ said: `a line\n${text}\u001b${text}` });
  for (const json of [once, JSON.stringify({ arguments: once })]) {
    expect(withoutSecrets(json)).not.toContain(secretIn(text).replaceAll('\n', '\\n'));
    expect(() => JSON.parse(withoutSecrets(json))).not.toThrow();
  }
});

test('what people read stays', () => {
  const plain = [
    'a task-oriented risk-free ask-me-anything',
    'commit 0123456789abcdef0123456789abcdef01234567 of v1.2.3',
    'see https://example.org:8443/path and mona@example.org',
    'postgres://127.0.0.1:5432/gantry',
    'the Bearer of news; basic authentication',
    'ghost_writer, eyJ, sk-1, gtr_x',
  ].join('\n');
  expect(withoutSecrets(plain)).toBe(plain);
});

test('a hostile text of a megabyte is read in no time', () => {
  const started = performance.now();
  for (const piece of ['a://', 'a://b:', 'eyJaaaaaaaa.', '-----BEGIN PRIVATE KEY-----', 'Bearer ', 'gho_', '://:@'])
    withoutSecrets(piece.repeat(Math.ceil(1_000_000 / piece.length)));
  expect(performance.now() - started).toBeLessThan(5_000);
});
