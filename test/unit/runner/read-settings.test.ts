import { expect, test } from 'vitest';
import { UserFixable } from '../../../src/errors.ts';
import { readSettings } from '../../../src/runner/read-settings.ts';

const args = ['--run', 'r1', '--server', 'https://gantry.example/'];

test('what is needed is taken, what may be secret is gone', () => {
  const env: Record<string, string | undefined> = {
    ...{ ACTIONS_ID_TOKEN_REQUEST_URL: 'https://issuer.example/t', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'req' },
    ...{ ACTIONS_RUNTIME_TOKEN: 'a', ACTIONS_CACHE_URL: 'b', GANTRY_GITHUB_TOKEN: 'ghs_1', GITHUB_TOKEN: 'ghs_2' },
    ...{ NPM_TOKEN: 'c', AWS_SECRET_ACCESS_KEY: 'd', OPENAI_API_KEY: 'e', DB_PASSWORD: 'f', SSH_AUTH_SOCK: 'g' },
    ...{ PATH: '/bin', HOME: '/home/r', RUNNER_TOOL_CACHE: '/tools' },
  };
  const settings = readSettings(args, env, process.execPath);
  expect(settings).toMatchObject({
    ...{ run: 'r1', server: 'https://gantry.example', sandbox: 'bubblewrap', githubToken: 'ghs_1' },
    identity: { url: 'https://issuer.example/t', token: 'req' },
    agentsDirectory: '/tools/gantry/agents',
  });
  expect(Object.keys(env).sort()).toEqual(['HOME', 'PATH', 'RUNNER_TOOL_CACHE']);
});

test('no box only by name', () => {
  expect(readSettings([...args, '--sandbox', 'none'], {}, process.execPath).sandbox).toBe('none');
  expect(readSettings(args, { GANTRY_SANDBOX: 'none' }, process.execPath).sandbox).toBe('none');
  expect(readSettings([...args, '--sandbox', 'bubblewrap'], { GANTRY_SANDBOX: 'none' }, process.execPath).sandbox).toBe(
    'bubblewrap',
  );
});

test.each([
  [[]],
  [['--run', 'r1']],
  [[...args, '--sandbox', 'docker']],
  [[...args, '--unknown']],
  [['--run', 'r1', '--server', 'gantry.example']],
  [['--run', 'r1', '--server', 'https://user:pw@gantry.example']],
])('%j is refused with a reason', (given) => {
  expect(() => readSettings(given, {}, process.execPath)).toThrow(UserFixable);
});

test('registry credentials are taken from the environment, and a broken list is refused without a word of it', () => {
  const env = { GANTRY_REGISTRY_CREDENTIALS: '{"npm.example.org":"Bearer secret"}' };
  expect(readSettings(args, env, process.execPath).registryCredentials).toEqual({ 'npm.example.org': 'Bearer secret' });
  expect(env).toEqual({});
  expect(readSettings(args, {}, process.execPath).registryCredentials).toEqual({});
  for (const broken of [
    'secret',
    '["secret"]',
    '{"https://npm.example.org":"secret"}',
    '{"npm.example.org":"se\\ncret"}',
  ]) {
    const refusal = (() => {
      try {
        return readSettings(args, { GANTRY_REGISTRY_CREDENTIALS: broken }, process.execPath);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(UserFixable);
    expect(JSON.stringify(refusal)).not.toMatch(/se\S*cret/);
  }
});

test('a toolchain that is no folder is refused', () => {
  expect(() => readSettings(args, { GANTRY_TOOLCHAINS: '/no/such/folder' }, process.execPath)).toThrow(UserFixable);
  expect(readSettings(args, { GANTRY_TOOLCHAINS: '/usr' }, process.execPath).path[0]).toBe('/usr/bin');
});
