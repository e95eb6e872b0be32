// A workflow file really runs: jobs, needs, outputs, conditions, actions, artifacts, summary, masks, webhooks.
import { expect, test } from 'vitest';
import { startActions } from './actions-kit.ts';
import { unzip } from './zip.ts';

const main = `
name: Harness
run-name: gantry \${{ inputs.mode }} \${{ inputs.run }}
on:
  workflow_dispatch:
    inputs:
      run: { required: true, type: string }
      mode: { type: choice, options: [fast, slow], default: fast }
env: { TOP: "top-\${{ inputs.run }}" }
jobs:
  last:
    needs: [build, shared]
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v8
        with: { name: report, path: in }
      - run: |
          test "$(cat in/a/b.txt)" = "hello 42"
          echo "needs: \${{ needs.build.outputs.word }} \${{ needs.shared.outputs.said }}"
          echo "### Done \${{ needs.build.result }}" >> "$GITHUB_STEP_SUMMARY"
  build:
    runs-on: ubuntu-latest
    outputs: { word: "\${{ steps.act.outputs.word }}" }
    steps:
      - uses: actions/checkout@v5
      - id: multi
        run: |
          { echo 'text<<EOF'; echo one; echo two; echo EOF; } >> "$GITHUB_OUTPUT"
          echo "FROM_ENV=yes" >> "$GITHUB_ENV"
          echo "$PWD/bin" >> "$GITHUB_PATH"
          mkdir bin && printf '#!/bin/sh\\necho from the added path\\n' > bin/added && chmod +x bin/added
          echo "token is \${{ github.token }}, $TOP"
          echo "::add-mask::hunter2"
          echo "password is hunter2"
      - run: added
      - id: act
        uses: ./.github/actions/say
        with: { what: "\${{ format('{0}-{1}', inputs.mode, env.FROM_ENV) }}" }
      - uses: acme/tools/greet@v1
      - { id: js, uses: acme/tools/js@v1, with: { who: world } }
      - run: test "\${{ steps.js.outputs.hello }}" = "hello world"
      - run: exit 3
        continue-on-error: true
      - if: failure()
        run: echo never
      - if: \${{ always() && contains(steps.multi.outputs.text, 'two') }}
        run: mkdir -p out/a && echo "hello $GH_RUN" > out/a/b.txt
        env: { GH_RUN: "\${{ inputs.run }}" }
      - uses: actions/upload-artifact@v7
        with: { name: report, path: out }
  shared:
    uses: ./.github/workflows/shared.yml
    with: { who: "\${{ inputs.run }}" }
  skipped:
    if: inputs.mode == 'slow'
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
`;
const shared = `
on: { workflow_call: { inputs: { who: { type: string } }, outputs: { said: { value: "\${{ jobs.a.outputs.said }}" } } } }
jobs:
  a:
    runs-on: ubuntu-latest
    outputs: { said: "\${{ steps.s.outputs.v }}" }
    steps: [{ id: s, run: 'echo "v=shared-\${{ inputs.who }}" >> $GITHUB_OUTPUT' }]
`;
const say = `
inputs: { what: { required: true } }
outputs: { word: { value: "\${{ steps.x.outputs.w }}" } }
runs:
  using: composite
  steps:
    - { id: x, shell: bash, run: 'echo "w=said-\${{ inputs.what }}" >> $GITHUB_OUTPUT; test -d "$GITHUB_ACTION_PATH"; test "$FROM_ENV" = yes' }
`;

async function start() {
  const kit = await startActions({
    '.github/workflows/main.yml': main,
    '.github/workflows/shared.yml': shared,
    '.github/actions/say/action.yml': say,
  });
  await kit.world.addRepository({
    name: 'tools',
    files: {
      'greet/action.yml':
        'runs: { using: composite, steps: [{ shell: bash, run: "echo greetings from acme/tools" }] }\n',
      'js/action.yml': 'inputs: { who: { required: true } }\nruns: { using: node24, main: main.js }\n',
      'js/main.js':
        "require('fs').appendFileSync(process.env.GITHUB_OUTPUT, 'hello=hello ' + process.env.INPUT_WHO + '\\n');\n",
    },
  });
  const sha = (await kit.world.git('acme/tools', ['rev-parse', 'main'])).trim();
  await kit.request('POST', '/repos/acme/tools/git/refs', { ref: 'refs/tags/v1', sha }, 'root-admin');
  return kit;
}

test('a dispatch runs the whole file', async () => {
  const kit = await start();
  const run = await kit.dispatch('main.yml', { run: '42' });
  await kit.actions.idle();

  const jobs = Object.fromEntries(run.jobs.map(({ row }) => [row.name, row.steps.map((step) => step.conclusion)]));
  const all = run.jobs.map((job) => job.log.text()).join('\n');
  expect(run.row, all).toMatchObject({ conclusion: 'success', display_title: 'gantry fast 42', run_attempt: 1 });
  expect(Object.keys(jobs).sort()).toEqual(['build', 'last', 'shared / a']);
  expect(jobs.build?.filter((one) => one === 'skipped')).toHaveLength(1);
  const log = kit.logOf(run, 'build');
  expect(log).toContain('token is ***, top-42');
  expect(log).toContain('password is ***');
  expect(log).not.toMatch(/ghs_|hunter2/);
  expect(log).toContain('from the added path');
  expect(log).toContain('greetings from acme/tools');
  expect(kit.logOf(run, 'last')).toContain('needs: said-fast-yes shared-42');
  expect(run.jobs.find(({ row }) => row.name === 'last')?.summary).toBe('### Done success\n');
  await kit.world.settle();
  const told = kit.world.webhooks.log.map(({ row, letter }) => [
    row.event,
    row.action,
    statusOf(letter.payload.workflow_run),
  ]);
  expect(told.filter(([event]) => event === 'workflow_run')).toEqual([
    ['workflow_run', 'requested', 'queued'],
    ['workflow_run', 'in_progress', 'in_progress'],
    ['workflow_run', 'completed', 'completed'],
  ]);
  expect(kit.world.errors).toEqual([]);
});

const statusOf = (run: unknown) => Object(run).status;

test('runs, jobs, logs and artifacts are read over REST', async () => {
  const kit = await start();
  const run = await kit.dispatch('main.yml', { run: '42' });
  await kit.actions.idle();
  const base = '/repos/acme/app/actions';
  const list = await kit.request('GET', `${base}/workflows/main.yml/runs?event=workflow_dispatch&branch=main`);
  expect(list.json).toMatchObject({ total_count: 1, workflow_runs: [{ id: run.row.id, status: 'completed' }] });
  expect((await kit.request('GET', `${base}/runs?status=failure`)).json.total_count).toBe(0);
  expect((await kit.request('GET', `${base}/runs?created=%3E2999-01-01`)).json.total_count).toBe(0);
  const jobs = (await kit.request('GET', `${base}/runs/${run.row.id}/jobs`)).json.jobs as {
    id: number;
    name: string;
  }[];
  const last = jobs.find((one) => one.name === 'last');
  expect((await kit.request('GET', `${base}/jobs/${last?.id}/logs`)).text).toContain('shared-42');

  const found = (await kit.request('GET', `${base}/runs/${run.row.id}/artifacts?name=report`)).json;
  const [artifact] = found.artifacts as { id: number; digest: string }[];
  expect(artifact?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const zipped = await fetch(`${kit.world.url}${base}/artifacts/${artifact?.id}/zip`, {
    headers: { authorization: 'Bearer tok_mona' },
  });
  const entries = unzip(Buffer.from(await zipped.arrayBuffer()));
  expect(entries.map((one) => [one.name, one.bytes.toString()])).toEqual([['a/b.txt', 'hello 42\n']]);
  expect((await kit.request('GET', `${base}/runs/1`)).status).toBe(404);
});

test('the job sees nothing of the environment around it', async () => {
  process.env.WORLD_TEST_SECRET = 'must-not-leak';
  const workflow =
    'on: workflow_dispatch\njobs: { a: { runs-on: [self-hosted], steps: [{ run: "env; node --version" }] } }\n';
  const runnerEnvironment = { GANTRY_DEPENDENCIES: '/somewhere' };
  const kit = await startActions({ '.github/workflows/env.yml': workflow }, { runnerEnvironment });
  const run = await kit.dispatch('env.yml');
  await kit.actions.idle();
  delete process.env.WORLD_TEST_SECRET;
  const names = kit
    .logOf(run)
    .split('\n')
    .flatMap((line) => /^([A-Za-z_]\w*)=/.exec(line)?.[1] ?? []);
  const given = /^(PATH|HOME|LANG|CI|PWD|OLDPWD|SHLVL|_|GANTRY_DEPENDENCIES|(GITHUB|RUNNER)_\w+)$/;
  expect(names.filter((name) => !given.test(name))).toEqual([]);
  expect(names).toContain('GANTRY_DEPENDENCIES');
  expect(kit.logOf(run)).toContain(process.version);
  expect(names.filter((name) => name.includes('TOKEN'))).toEqual([]); // no id-token permission, and no GITHUB_TOKEN unless given
});
