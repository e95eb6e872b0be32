import { expect, test } from 'vitest';
import { callerWorkflow } from '../../../../src/cli/init/caller.ts';
import { isRisky } from '../../../../src/effects/gather/risky-workflows.ts';

const workflow = ({ on = 'push', job = '', runsOn = 'runs-on: ubuntu-latest', step = 'npm test' } = {}) => `
on: ${on}
permissions:
  contents: read
jobs:
  one:
    ${runsOn}
    ${job}
    steps:
      - run: ${step}
`;

test.each(['ubuntu-latest', 'ubuntu-24.04-arm', 'windows-2025', 'macos-15'])('tests on %s are harmless', (name) => {
  expect(isRisky(workflow({ runsOn: `runs-on: ${name}` }))).toBe(false);
});

test.each([
  ...['push', 'create', 'pull_request', 'pull_request_target', 'merge_group', 'check_run', 'check_suite', 'status'],
  ...['workflow_run', 'deployment', 'deployment_status', '[workflow_dispatch, push]', '{ status: {} }'],
])('%s starts it, workflow_dispatch alone does not', (on) => {
  const job = 'environment: production';
  expect(isRisky(workflow({ on, job }))).toBe(true);
  expect(isRisky(workflow({ on: 'workflow_dispatch', job }))).toBe(false);
});

test.each([
  ['a secret', { step: `\${{ secrets.KEY }}` }],
  ['a secret by index', { step: `\${{ SECRETS['KEY'] }}` }],
  ['every secret', { step: `\${{ toJSON(secrets) }}` }],
  ['an environment', { job: 'environment: { name: production }' }],
  ['a called workflow', { runsOn: 'uses: ./.github/workflows/other.yml' }],
  ['no runner', { runsOn: '' }],
  ['a runner of its own', { runsOn: 'runs-on: self-hosted' }],
  ['a list', { runsOn: 'runs-on: [ubuntu-latest, self-hosted]' }],
  ['a group', { runsOn: 'runs-on: { group: big }' }],
  ['an expression', { runsOn: `runs-on: \${{ matrix.os }}` }],
  ['an identity token', { job: 'permissions: { id-token: write }' }],
])('%s is risky', (_name, parts) => {
  expect(isRisky(workflow(parts))).toBe(true);
});

test('a token that is not stated, or a file that cannot be read, is risky', () => {
  expect(isRisky('on: push\njobs: { a: { runs-on: ubuntu-latest } }')).toBe(true);
  expect(isRisky('on: [')).toBe(true);
  expect(isRisky(undefined)).toBe(true);
});

test("Gantry's own caller workflow is harmless", () => {
  const text = callerWorkflow({ owner: 'acme', sha: 'a'.repeat(40), server: 'https://gantry.example.org' });
  expect(isRisky(text)).toBe(false);
});
