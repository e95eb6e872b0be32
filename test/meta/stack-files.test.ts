// compose.yaml, Dockerfile and what stands below ops/, as far as they can be judged without a container engine.
import Ajv2019 from 'ajv/dist/2019.js';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { variableNames } from '../../src/config/env-variables.ts';
import { dockerfileRules, instructionsOf } from './dockerfile-rules.ts';
import { filesIn, read } from './project-files.ts';

const Service = z.looseObject({
  image: z.string().optional(),
  build: z.object({ target: z.string() }).optional(),
  env_file: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  networks: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  security_opt: z.array(z.string()),
  privileged: z.boolean().optional(),
});
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
});
const compose = Compose.parse(parse(read('compose.yaml')));
const { app, gateway, postgres, redis, runner } = compose.services;

/** Problems of a compose file by the specification's own schema. */
function composeProblems(text: string): string[] {
  const ajv = new Ajv2019.default({ strict: false, allErrors: true, logger: false });
  // It names its draft and itself as drafts before 2019 did, which ajv takes for a mistake.
  const asToday = (key: string, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value;
  const check = ajv.compile(JSON.parse(read('test/fixtures/compose-spec/schema.json'), asToday));
  check(parse(text));
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test('compose.yaml is what the Compose Specification says', () => {
  expect(composeProblems(read('compose.yaml'))).toEqual([]);
  expect(composeProblems('services:\n  app: { image: 5, prots: [] }\n')).toEqual(
    expect.arrayContaining(['/services/app must NOT have additional properties', '/services/app/image must be string']),
  );
  expect(Object.keys(compose.services)).toEqual([
    'app',
    'gateway',
    'postgres',
    'redis',
    'runner',
    'prometheus',
    'grafana',
  ]);
});

test('the runner knows a registration token and nothing of the app', () => {
  expect(Object.keys(runner?.environment ?? {}).sort()).toEqual(['RUNNER_GROUP', 'RUNNER_TOKEN', 'RUNNER_URL']);
  expect(runner).not.toHaveProperty('env_file');
  expect([runner?.secrets, runner?.volumes, runner?.ports]).toEqual([[], [], []]);
  const shared = Object.entries(compose.services).filter(
    ([name, { networks }]) => name !== 'runner' && networks.some((network) => runner?.networks.includes(network)),
  );
  expect(shared).toEqual([]);
  // By value too: no variable of the app's gets in under another name.
  const values = Object.values(runner?.environment ?? {}).join(' ');
  expect(variableNames.filter((name) => new RegExp(`\\$\\{?${name}\\b`).test(values))).toEqual([]);
});

test('app and gateway have one settings file each, the keys in the gateway’s, and only loopback is published', () => {
  const files = Object.entries(compose.services).map(([name, service]) => [name, service.env_file]);
  expect(files.filter(([, file]) => file !== undefined)).toEqual([
    ['app', ['.env']],
    ['gateway', ['.env.gateway']],
  ]);
  expect(app?.environment.GATEWAY_URL).toBe('http://gateway:3000');
  expect([gateway?.ports, gateway?.volumes]).toEqual([[], []]);
  expect(Object.keys(gateway?.environment ?? {})).toEqual(['HOST', 'DATABASE_URL']);
  for (const { ports } of Object.values(compose.services))
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  expect(compose.networks.control).toEqual({ internal: true });
  expect([postgres?.networks, redis?.networks]).toEqual([['control'], ['control']]);
  expect(gateway?.networks).toEqual(['control', 'outside']);
  expect(app?.networks).toEqual(['control', 'outside']);
});

test('every image has a version, nothing is privileged, nobody gains rights', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    expect(service.image === undefined, name).toBe(service.build !== undefined);
    if (service.image) expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    expect(service.privileged, name).toBeUndefined();
    expect(service.security_opt, name).toContain('no-new-privileges:true');
    expect(JSON.stringify(service.volumes), name).not.toContain('docker.sock');
  }
});

test('what Docker refuses in the Dockerfile, and what we do', () => {
  expect(validate(read('Dockerfile')).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  expect(validate('FROM node\nHEALTHCHECK --interva=30s CMD ls\n')).not.toEqual([]);
  const all = instructionsOf(read('Dockerfile'));
  expect(all.length).toBeGreaterThan(15);
  for (const { name, find } of dockerfileRules) expect(find(all), name).toEqual([]);
});

test.each(dockerfileRules)('$name: its breach is found, and only by it', ({ breach, name }) => {
  const broken = dockerfileRules.filter(({ find }) => find(instructionsOf(breach)).length > 0);
  expect(broken.map((rule) => rule.name)).toEqual([name]);
});

test('targets of compose.yaml are stages, and what they copy is let into the build', () => {
  const all = instructionsOf(read('Dockerfile'));
  const stages = all.flatMap(({ name, text }) => (name === 'FROM' ? [/ AS (\S+)$/.exec(text)?.[1]] : []));
  expect(stages).toEqual(expect.arrayContaining([app?.build?.target, runner?.build?.target]));
  const copied = all
    .filter(({ name, text }) => name === 'COPY' && !text.includes('--from='))
    .flatMap(({ text }) => text.split(' ').slice(0, -1));
  const rules = read('.dockerignore').split('\n');
  const ignored = rules.filter((line) => line !== '' && !line.startsWith('#'));
  expect(ignored[0]).toBe('*');
  const letIn = ignored.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  for (const file of copied)
    expect(
      letIn.some((path) => file === path || file.startsWith(`${path}/`)),
      file,
    ).toBe(true);
  expect(letIn.filter((path) => !copied.some((file) => file === path || file.startsWith(`${path}/`)))).toEqual([]);
  expect(letIn.join()).not.toMatch(/\.env|\.git\b|data|secrets/);
  expect(ignored).toEqual(expect.arrayContaining(['**/.env*', '**/*.pem', '**/node_modules']));
  expect(read('.gitignore')).toContain('.secrets/');
});

test('files that the stack mounts are there, and each is YAML or JSON', () => {
  const mounts = Object.values(compose.services)
    .flatMap(({ volumes }) => volumes)
    .flatMap((volume) => /^\.\/([^:]+)/.exec(volume)?.[1] ?? []);
  expect(mounts.sort()).toEqual(['ops/grafana/dashboards', 'ops/grafana/provisioning', 'ops/prometheus']);
  for (const file of mounts.flatMap((folder) => filesIn(folder)))
    expect(parse(read(file)), file).toEqual(expect.any(Object));
  const [source] = parse(read('ops/grafana/provisioning/datasources/prometheus.yml')).datasources;
  expect(source).toMatchObject({ url: 'http://prometheus:9090', uid: 'gantry-prometheus' });
});
