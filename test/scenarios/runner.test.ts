// Runs that are stopped, die or cheat: what becomes of their processes, their tokens and the ticket.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Turn } from '../model/script.ts';
import { fixtureWork, scriptedAgent } from '../scene/scripted-agent.ts';
import { until } from '../scene/until.ts';
import type { RunRecord } from '../world/actions/run-record.ts';
import { type Dialogue, dialogue } from './dialogue.ts';

const modelKey = 'scripted-model-key';

/** A scene whose agent hangs in its first turn for as long as `agent.hangs`. */
async function hanging() {
  const work = fixtureWork();
  const agent: { hangs: boolean; first?: Turn } = { hangs: true };
  const before = (_: 'plan' | 'implement', turn: number): Turn | undefined =>
    agent.hangs ? { hang: true } : turn === 0 ? agent.first : undefined;
  const scene = await dialogue({ script: scriptedAgent(() => work, before) });
  return { ...scene, agent, agentWork: work };
}

/** The workflow run whose agent waits for its model, and every process that belongs to it. */
async function atWork({ world, model }: Dialogue): Promise<{ run: RunRecord; runner: number[]; processes: number[] }> {
  await until('the agent to ask its model', () => model.log.some(({ view }) => view !== null));
  const run = [...world.actions.runs.values()].at(-1);
  const runner = run?.jobs.at(-1)?.groups.pids ?? [];
  if (!run || runner.length === 0) throw new Error('no runner is at work');
  return { run, runner, processes: familyOf(runner) };
}

test('the label taken away ends the agent, its box and its token; "Re-run" brings nothing back', async () => {
  const scene = await hanging();
  const { ask, mona, will, repo, stage, quiet, ticket, said, app, world } = scene;
  const issue = await ask();
  const { run, processes } = await atWork(scene);
  expect(processes.length).toBeGreaterThan(3);
  expect(leaks(processes)).toEqual([]);

  await mona.unlabel(repo, issue, 'ai-ready');
  await stage(issue, 'canceled');
  await until('every process of the run to be gone', () => processes.filter(alive).length === 0);
  await quiet();
  expect(run.row.conclusion).not.toBe('success');
  const [row] = await app.journal.db.selectFrom('run').select(['state', 'token']).execute();
  expect(row).toEqual({ state: 'canceled', token: null });
  expect((await said(issue)).join()).toContain('mona');

  const before = { ticket: await ticket(issue), said: await said(issue), runs: world.actions.runs.size };
  const { status } = await will.request('POST', `/repos/${repo}/actions/runs/${run.row.id}/rerun`);
  expect(status).toBe(201);
  await until('the second attempt to end', () => run.row.run_attempt === 2 && run.row.status === 'completed');
  await quiet();
  expect(run.row.conclusion).toBe('failure');
  expect(run.jobs.at(-1)?.log.text()).toContain('"Re-run" is not supported, type /retry on the issue');
  expect({ ticket: await ticket(issue), said: await said(issue), runs: world.actions.runs.size }).toEqual(before);
  for (const job of run.jobs) expect(job.log.text()).not.toContain(modelKey);
});

test('a runner that dies is told on the ticket with when it is tried again, and /retry does not wait', async () => {
  const scene = await hanging();
  const { ask, mona, repo, stage, said, plan, agent, quiet } = scene;
  const issue = await ask();
  const { runner, processes } = await atWork(scene);
  for (const pid of runner) process.kill(-pid, 'SIGKILL');
  const { stage: stopped } = await stage(issue, 'retrying');
  expect(stopped).toMatchObject({ resume: 'plan', n: 1, of: 3 });
  await until('every process of the run to be gone', () => processes.filter(alive).length === 0);
  await quiet();
  expect((await said(issue)).join()).toMatch(/before the runner reported[\s\S]*try 1 of 3[\s\S]*\/retry/);

  agent.hangs = false;
  await mona.comment(repo, issue, '/retry');
  await plan(issue);
  await stage(issue, 'awaiting_approval');
});

test('a run token dies with its lease and with its run, a forged one never lives; refused egress is on record', async () => {
  const tokens = runTokens();
  const scene = await hanging();
  const { ask, mona, repo, stage, plan, app, agent, agentWork } = scene;
  const { db } = app.journal;
  const issue = await ask();
  const { processes } = await atWork(scene);
  const [stale] = [...tokens];
  expect(await statuses(app.url, `gtr_${'A'.repeat(43)}`)).toEqual(refused);

  await db
    .updateTable('run')
    .set({ lease_until: new Date(Date.now() - 60_000) })
    .execute();
  expect(await statuses(app.url, stale)).toEqual(refused);
  const { stage: stopped } = await stage(issue, 'retrying');
  expect(stopped).toMatchObject({ why: 'the runner was not heard of any more' });
  await until('every process of the run to be gone', () => processes.filter(alive).length === 0);

  agent.hangs = false;
  const write = Object.entries(agentWork.plan)
    .map(
      ([name, content]) =>
        `mkdir -p ${path.posix.dirname(name)} && echo ${Buffer.from(content).toString('base64')} | base64 -d > ${name}`,
    )
    .join(' && ');
  agent.first = { shell: `curl -sS -m 5 https://example.com/ ; env > environment.txt ; rm environment.txt ; ${write}` };
  await mona.comment(repo, issue, '/retry');
  await plan(issue);
  await stage(issue, 'awaiting_approval');
  for (const token of tokens) expect(await statuses(app.url, token)).toEqual(refused);
  expect(tokens.size).toBe(2);

  const evidence = await evidenceOf(scene);
  expect(evidence).toHaveLength(1);
  const [{ egress, sandbox }] = evidence as [{ egress: object[]; sandbox: object }];
  expect(egress).toContainEqual(expect.objectContaining({ host: 'example.com' }));
  expect(sandbox).toMatchObject({ boxed: true });
  expect(JSON.stringify(evidence)).not.toContain(modelKey);
  for (const token of tokens) expect(JSON.stringify(evidence)).not.toContain(token);
});

test('a budget that is too small for anything starts no runner, and the ticket says so', async () => {
  const fixture = readFileSync(path.join(import.meta.dirname, '../fixtures/target/.github/harness.yml'), 'utf8');
  const scene = await dialogue({ files: { '.github/harness.yml': `${fixture}budgets:\n  runTokens: 1000\n` } });
  const { ask, stage, said, quiet, model, world } = scene;
  const issue = await ask();
  const { stage: stopped } = await stage(issue, 'blocked');
  expect(stopped).toMatchObject({ resume: 'plan', why: { id: 'budget-spent', data: { budget: 'runTokens' } } });
  await quiet();
  expect((await said(issue)).join()).toMatch(/budgets\.runTokens/);
  expect([model.log.length, world.actions.runs.size]).toEqual([0, 0]);
});

/** Every token of a run that a runner sends to this process while the test goes on. */
function runTokens(): Set<string> {
  const tokens = new Set<string>();
  const hear = (message: unknown) => {
    const { request } = message as { request: IncomingMessage };
    const token = /^Bearer (gtr_.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && !/^gtr_A+$/.test(token)) tokens.add(token);
  };
  subscribe('http.server.request.start', hear);
  onTestFinished(() => void unsubscribe('http.server.request.start', hear));
  return tokens;
}

const refused = { submit: 401, heartbeat: 401, artifact: 401, truth: 401, model: 401 };

async function statuses(url: string, token = ''): Promise<typeof refused> {
  const ask = async (method: string, route: string, body?: string) =>
    (
      await fetch(`${url}/runner${route}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body }),
      })
    ).status;
  const outcome = { kind: 'no_change', why: 'late' };
  const late = { fence: 2, outcome, sandbox: { name: 'bubblewrap', boxed: true, unenforced: [] } };
  return {
    submit: await ask('POST', '/submit', JSON.stringify(late)),
    heartbeat: await ask('POST', '/heartbeat', '{}'),
    artifact: await ask('PUT', '/artifacts/evidence', '{}'),
    truth: await ask('GET', '/truth'),
    model: await ask('POST', '/model/openai-responses/v1/responses', '{}'),
  };
}

async function evidenceOf({ app }: Dialogue): Promise<unknown[]> {
  const rows = await app.journal.db.selectFrom('artifact').select(['bytes', 'media']).execute();
  return rows
    .filter(({ media }) => media === 'application/json')
    .map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** These processes and all that descend from them. */
function familyOf(pids: readonly number[]): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const parent = statOf(Number(name))?.parent;
        return parent === undefined ? [] : [[Number(name), parent] as const];
      }),
  );
  const family = [...pids];
  for (const pid of family) for (const [child, parent] of parents) if (parent === pid) family.push(child);
  return family;
}

const alive = (pid: number): boolean => {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== 'Z';
};

function statOf(pid: number): { parent: number; state: string } | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  try {
    const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { parent: Number(parent), state };
  } catch {
    // It ended between the two looks.
    return undefined;
  }
}

/** Where the model's key can be seen in these processes or in the folders that they work in. */
function leaks(pids: readonly number[]): string[] {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      // It ended, is a socket, or is another user's: there is nothing to see then.
      return '';
    }
  };
  const processes = pids.flatMap((pid) => [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`]);
  const places = new Set(pids.flatMap((pid) => read(`/proc/${pid}/cmdline`).match(/\/tmp\/gantry-run-\w+/g) ?? []));
  expect(places.size).toBeGreaterThan(0);
  const files = [...places].flatMap((place) =>
    (readdirSync(place, { recursive: true }) as string[])
      .filter((name) => !name.includes('node_modules'))
      .map((name) => path.join(place, name)),
  );
  return [...processes, ...files].filter((file) => read(file).includes(modelKey));
}
