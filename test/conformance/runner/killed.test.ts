// A runner that is killed at any of its steps: the supervisor finds it, the run has one end, and the ticket goes on with another run.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { WorkflowRunView } from '../../../adapters/github/contract.ts';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { alive } from '../../../adapters/sandbox/conformance-tools.ts';
import type { TicketState } from '../../../src/decide/ticket/state.ts';
import { cancelRun } from '../../../src/effects/cancel-run.ts';
import type { Ports } from '../../../src/effects/contract.ts';
import type { Assignment, Stage } from '../../../src/facts/run.ts';
import { type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import type { TicketFact } from '../../../src/facts/ticket.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { readRun } from '../../../src/journal/lease.ts';
import { readStream } from '../../../src/journal/stream.ts';
import { react } from '../../../src/loop/react.ts';
import { supervise } from '../../../src/loop/supervise.ts';
import { allowed, dispatched, toPlanning, toVerifying } from '../../unit/decide/builders.ts';
import { issueNumber, repositoryId } from '../../unit/decide/lifecycle.ts';
import { installFakeCodex } from './fake-codex.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { anAssignment, type Plane, repository, rightClaims, startPlane } from './plane.ts';
import { type Job, startJob } from './program.ts';

const box = await createBubblewrap().available();
const why = box.ok ? '' : box.why;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let plane: Plane;
let target: GitServer;
let agents: ReturnType<typeof installFakeCodex>;
let start: string;
let issue = 100;

beforeAll(async () => {
  [plane, target] = await Promise.all([
    startPlane(),
    startGitServer(join(import.meta.dirname, '../../fixtures/target')),
  ]);
  agents = installFakeCodex();
  start = target.push();
});
afterEach(() => {
  plane.state.watch = undefined;
});
afterAll(async () => {
  await Promise.all([plane.close(), target.close()]);
  agents.remove();
  expect(plane.errors).toEqual([]);
});

/** The facts of the unit tests, told of another issue; an approval is typed after its plan was read, which is now. */
const told = (facts: readonly TicketFact[], number: number): TicketFact[] =>
  JSON.parse(
    JSON.stringify(facts)
      .replaceAll(`${repositoryId}-${issueNumber}-`, `${repository.id}-${number}-`)
      .replaceAll('"2026-', '"2096-'),
  );

async function happen(stream: StreamId, facts: readonly TicketFact[], about: string): Promise<void> {
  const { db, enqueue } = plane.journal;
  for (const [n, fact] of facts.entries())
    await db
      .transaction()
      .execute((tx) => append(tx, enqueue, { stream, repository, key: `${stream}/${about}/${n}`, fact }));
  await react(db, enqueue, stream);
}

const stateOf = async (stream: StreamId) => (await readStream(plane.journal.db, stream))?.state as TicketState;

type Step = {
  stage: Stage;
  /** Resolves when the runner is there; then it is killed. `asked`: hears each path that the runner asked for and got. */
  reached(job: Job, asked: (path: string) => Promise<void>): Promise<void>;
  assignment?: Partial<Assignment>;
  /** The path whose request dies with the runner. */
  lost?: string;
  /** What it had handed in was taken. */
  delivered?: true;
};

const layers: Assignment['layers'] = { unit: { run: 'sleep 600', timeoutMinutes: 10 } };
const verify = { assignment: { layers }, stage: 'verify' } as const;

const steps: Record<string, Step> = {
  'after the claim': { stage: 'plan', reached: (_, asked) => asked('/runner/exchange') },
  'after the checkout': { stage: 'plan', reached: (job) => job.says('::group::Install codex') },
  'while the agent runs': {
    stage: 'plan',
    reached: (_, asked) => asked('/runner/model/openai-responses/v1/responses'),
  },
  'while a layer runs': { ...verify, reached: (job) => job.says('::group::Layer unit') },
  'before its result is taken': {
    ...{ stage: 'plan', lost: '/runner/submit', assignment: { budget: shortBudget() } },
    reached: (_, asked) => asked('/runner/submit'),
  },
  'after its result was taken': {
    ...{ stage: 'plan', delivered: true, assignment: { budget: shortBudget() } },
    reached: (_, asked) => asked('/runner/submit'),
  },
};

/** The agent never ends by itself, so a run that is to get as far as its end is given little time. */
function shortBudget() {
  return { wallSeconds: 2, tokens: 100_000, ticketTokens: 1_000_000 };
}

describe.skipIf(why !== '')(`a runner that is killed${why && `: ${why}`}`, { timeout: 60_000 }, () => {
  test.each(Object.entries(steps))('%s', async (_, { stage, reached, assignment, lost, delivered }) => {
    const { db } = plane.journal;
    const number = ++issue;
    const before = stage === 'plan' ? toPlanning : toVerifying;
    const n = stage === 'plan' ? 1 : 3;
    const run = `${repository.id}-${number}-${n}`;
    const workflowRun = 100 + n + 1_000 * number;
    const stream = ticketStream(repository.id, number);
    await happen(stream, told(before.slice(0, -1), number), 'before');
    const asks = {
      ...{ run, stage, start, ticket: { number, title: 'Bulk discount', body: 'Ten percent.', criteria: [] } },
      repository: { id: repository.id, fullName: 'acme/parcel-rates', gitUrl: target.url },
      ...(stage === 'verify' && { subject: { kind: 'head', sha: start } as const }),
      ...assignment,
    };
    await plane.addRun(asks, workflowRun);
    await happen(stream, told([{ ...dispatched(n, stage, start), workflowRun }], number), 'dispatched');

    const heard = watch(lost);
    plane.state.gateway = () => new Promise(() => {});
    const identity = plane.issuer.grant(rightClaims(workflowRun));
    const job = startJob({ run, server: plane.url, sandbox: 'bubblewrap', agents: agents.directory, identity });
    await Promise.race([reached(job, heard.asked), job.ended.then(({ log }) => expect.fail(log))]);
    job.signal('SIGKILL');
    expect((await job.ended).code).toBeNull();
    await expect.poll(() => alive(job.mark), { timeout: 20_000 }).toBe(false);

    const tools = {
      journal: plane.journal,
      reader: ended(run, stage, workflowRun),
      workflow: 'gantry.yml',
      log: silent,
    };
    await supervise(tools);
    await supervise(tools);
    await react(db, plane.journal.enqueue, stream);
    const ends = (await plane.facts(stream)).filter(
      (fact) => (fact.type === 'RunLost' || fact.type === 'RunFinished') && fact.run === run,
    );
    expect(ends.map(({ type }) => type)).toEqual([delivered ? 'RunFinished' : 'RunLost']);
    const { stage: at } = await stateOf(stream);
    if (!delivered) {
      expect(at).toMatchObject({ name: 'retrying', resume: stage, n: 1 });
      await cancelTold(run, stream, workflowRun);
    }
    expect(await readRun(db, run)).toMatchObject({ state: delivered ? 'timed_out' : 'canceled' });
    for (const path of ['heartbeat', 'submit']) expect(await heard.again(path), path).toBe(401);

    await happen(stream, told(allowed({ name: 'retry' }), number), 'retry');
    const next = `${repository.id}-${number}-${n + 1}`;
    expect(await stateOf(stream)).toMatchObject({ stage: { run: next } });
    const again = { ...anAssignment({ ...asks, run: next }) };
    const admitted = await admit(
      db,
      { id: next, stream, repo: repository.id, assignment: again, seconds: 60 },
      { repository: 50, total: 50 },
    );
    const fence = (await readRun(db, run))?.fence ?? 0;
    expect(admitted).toMatchObject({ claimed: { fence: expect.any(Number) } });
    expect((await readRun(db, next))?.fence).toBeGreaterThan(fence);
  });
});

/** What the runner asks for, by path; a request for `lost` never reaches the door. */
function watch(lost: string | undefined) {
  const paths = new Set<string>();
  const waiting = new Set<() => void>();
  let authorization = '';
  plane.state.watch = async (request, pass) => {
    const { pathname } = new URL(request.url);
    authorization = request.headers.get('authorization') ?? authorization;
    const passing = pathname.startsWith('/runner/model/');
    if (pathname !== lost && !passing) await pass();
    paths.add(pathname);
    for (const look of waiting) look();
    if (pathname === lost) return new Response(null, { status: 503 });
    if (passing) await pass();
    return undefined;
  };
  return {
    asked: (path: string): Promise<void> =>
      new Promise((there) => {
        const look = () => paths.has(path) && there();
        waiting.add(look);
        look();
      }),
    /** With the token of the dead runner. */
    async again(path: string): Promise<number> {
      plane.state.watch = undefined;
      const headers = { authorization, 'content-type': 'application/json' };
      return (await fetch(`${plane.url}/runner/${path}`, { method: 'POST', headers, body: '{}' })).status;
    },
  };
}

/** GitHub as it is afterwards: the job's machine said no more, so its workflow run failed. */
function ended(run: string, stage: Stage, id: number): Pick<Ports['reader'], 'workflowRuns' | 'workflowRun'> {
  const view: WorkflowRunView = {
    ...{ id, attempt: 1, displayTitle: `gantry ${stage} ${run}`, headSha: start, headBranch: 'main' },
    ...{ event: 'workflow_dispatch', path: '.github/workflows/gantry.yml', htmlUrl: '' },
    ...{ createdAt: new Date().toISOString(), actor: { id: 1, login: 'gantry[bot]', kind: 'bot' } },
    status: 'completed',
    conclusion: 'failure',
  };
  return { workflowRuns: async () => [view], workflowRun: async (_, asked) => (asked === id ? view : undefined) };
}

/** The command that a lost run leads to. */
async function cancelTold(run: string, stream: StreamId, workflowRun: number): Promise<void> {
  const command = { type: 'CancelRun', run, why: 'the run was lost' } as const;
  const reader = { ...({} as Ports['reader']), ...ended(run, 'plan', workflowRun) };
  const ports = { ...({} as Ports), db: plane.journal.db, reader };
  const { signal } = new AbortController();
  const call = { command, key: `${stream}#cancel`, stream, repository, signal };
  expect(await cancelRun.execute(call, ports)).toMatchObject({ type: 'RunCancelRequested', end: 'observed' });
}
