// Our reusable workflow on the local host: it runs Gantry's own code at the called commit and proves who it is.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { callerWorkflow } from '../../../src/cli/init/caller.ts';
import { startActions } from './actions-kit.ts';
import { gantryWorkflow } from './our-workflows.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const server = 'https://gantry.example';

/** Stands where the runner's own program will: says what it was given. */
const runnerProgram = `
const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = process.env;
const answer = await fetch(url + '&audience=' + encodeURIComponent('${server}'), { headers: { authorization: 'Bearer ' + token } });
const { value } = await answer.json();
console.log('jwt', value);
console.log('arguments', process.argv.slice(2).join(' '));
console.log('node', process.version, 'token', (process.env.GANTRY_GITHUB_TOKEN ?? '').slice(0, 4).length);
console.log('folder', process.cwd().endsWith('/work/.gantry'));
const { readFileSync } = await import('node:fs');
console.log('kept', /extraheader/.test(readFileSync('.git/config', 'utf8')));
const zod = await import('zod');
console.log('zod', typeof zod.z.object);
`;

async function start() {
  const kit = await startActions({ 'README.md': 'target\n' }, { runnerEnvironment: { GANTRY_DEPENDENCIES: root } });
  await kit.world.addRepository({
    name: 'gantry',
    files: {
      '.github/workflows/gantry.yml': gantryWorkflow,
      'package-lock.json': readFileSync(path.join(root, 'package-lock.json'), 'utf8'),
      'package.json': readFileSync(path.join(root, 'package.json'), 'utf8'),
      'src/runner/main.ts': runnerProgram,
    },
  });
  const sha = (await kit.world.git('acme/gantry', ['rev-parse', 'main'])).trim();
  const content = Buffer.from(callerWorkflow({ owner: 'acme', sha, server })).toString('base64');
  const file = { message: 'Add Gantry', content };
  await kit.request('PUT', '/repos/acme/app/contents/.github/workflows/gantry.yml', file, 'root-admin');
  return { kit, sha };
}

test('it runs the program at the called commit, with the identity that the exchange asks for', async () => {
  const { kit, sha } = await start();
  const run = await kit.dispatch('gantry.yml', { run: 'run-7', stage: 'plan' });
  await kit.actions.idle();
  const log = kit.logOf(run);
  expect(run.row, log).toMatchObject({ conclusion: 'success', display_title: 'gantry plan run-7' });
  expect(run.row.referenced_workflows).toMatchObject([
    { path: `acme/gantry/.github/workflows/gantry.yml@${sha}`, sha },
  ]);
  expect(log).toContain(`arguments --run run-7 --server ${server}`);
  expect(log).toContain(`node ${process.version} token 4`);
  expect(log).toContain('folder true');
  expect(log).toContain('kept false');
  expect(log).toContain('zod function');

  const jwt = /^jwt (\S+)$/m.exec(log)?.[1] ?? '';
  const keys = createRemoteJWKSet(new URL(`${kit.actions.issuer}/.well-known/jwks`));
  const { payload, protectedHeader } = await jwtVerify(jwt, keys, { issuer: kit.actions.issuer, audience: server });
  const repo = kit.world.repo('acme/app');
  const mona = kit.world.userOf({ login: 'mona' });
  const head = (await kit.world.git('acme/app', ['rev-parse', 'main'])).trim();
  const [job] = run.jobs;
  expect(protectedHeader.alg).toBe('RS256');
  expect(payload).toMatchObject({
    iss: kit.actions.issuer,
    aud: server,
    repository: 'acme/app',
    repository_id: String(repo?.id),
    repository_owner_id: String(repo?.owner_id),
    event_name: 'workflow_dispatch',
    ref: 'refs/heads/main',
    sha: head,
    workflow_ref: 'acme/app/.github/workflows/gantry.yml@refs/heads/main',
    workflow_sha: head,
    job_workflow_ref: `acme/gantry/.github/workflows/gantry.yml@${sha}`,
    job_workflow_sha: sha,
    actor: 'mona',
    actor_id: String(mona?.id),
    run_id: String(run.row.id),
    run_attempt: '1',
    check_run_id: String(job?.row.id),
    runner_environment: 'self-hosted',
    sub: `repo:acme@${repo?.owner_id}/app@${repo?.id}:ref:refs/heads/main`,
  });
  expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
  expect(job?.row.name).toBe('gantry / plan');
  expect(kit.world.errors).toEqual([]);
});

test('a re-run names its attempt, and the request token ends with its job', async () => {
  const { kit } = await start();
  const run = await kit.dispatch('gantry.yml', { run: 'run-8', stage: 'verify' });
  await kit.actions.idle();
  await kit.request('POST', `/repos/acme/app/actions/runs/${run.row.id}/rerun`, {});
  await kit.actions.idle();
  const jwt = /^jwt (\S+)$/m.exec(run.jobs[1]?.log.text() ?? '')?.[1] ?? '';
  const payload = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  expect(payload).toMatchObject({ run_attempt: '2', run_id: String(run.row.id) });
  expect(payload.check_run_id).not.toBe(String(run.jobs[0]?.row.id));
  const late = await fetch(`${kit.actions.issuer}/token`, { headers: { authorization: 'Bearer gone' } });
  expect(late.status).toBe(401);
});
