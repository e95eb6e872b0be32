// The faults, as data: what each does to one piece of work, and what may be expected afterwards.
import { sql } from 'kysely';
import { Retryable } from '../../src/errors.ts';
import type { Fault as HttpFault } from '../world/faults.ts';
import type { Letter } from '../world/office.ts';
import type { Fragment, Prepared } from './fragment.ts';
import { gateAt, intercept } from './gate.ts';
import { runsEnded, type Stage } from './stage.ts';
import { finish } from './work.ts';

export type Case = { stage: Stage; fragment: Fragment; prepared: Prepared };

export type FaultRow = {
  /** Why there is nothing to test for this fragment; absent: there is. */
  skip?(fragment: Fragment, database: 'pglite' | 'postgres'): string | undefined;
  /** Does the work with the fault in it. Throws where the fault could not be brought about. */
  run(one: Case): Promise<void>;
  /** GitHub said no: then exactly the refusal is on record and nothing was done, unless it was tried again and done. */
  refuses?: true;
};

const writesOnly = ({ write }: Fragment) => (write ? undefined : 'it only reads');
const heardOnly = ({ heard }: Fragment) => (heard ? undefined : 'GitHub tells nothing of it');
const serverOnly = (_: Fragment, database: string) =>
  database === 'pglite' ? 'the embedded database ends with its process, which is the crash' : undefined;

/** One failing request, of the App and at the fragment's own route. */
const http = (fault: Omit<HttpFault, 'match'>, more: Pick<FaultRow, 'refuses'> & { writes?: true } = {}): FaultRow => ({
  ...(more.refuses && { refuses: true as const }),
  skip: (fragment) => {
    if (!fragment.route) return fault.do === 'fail-before' && fault.json ? 'git gives no such answer' : undefined;
    return more.writes ? writesOnly(fragment) : undefined;
  },
  async run({ stage, fragment, prepared }) {
    const { route } = fragment;
    if (!route) return overGit(fault.do, stage, fragment, prepared);
    const { world } = stage;
    const before = world.faults.applied.length;
    world.faults.add({ ...fault, match: ({ method, path }) => route.test(`${method} ${path}`) });
    // A limit is kept by the client that met it; the next attempt is another replica's.
    await prepared.work.attempt(stage.freshPorts());
    const applied = world.faults.applied.length - before;
    world.faults.clear();
    if (applied === 0) throw new Error(`${fault.do} met no request of ${String(route)}`);
    await finish(prepared.work, stage.ports);
  },
});

/** Git's transport fails in one way, whatever the status. */
async function overGit(kind: HttpFault['do'], stage: Stage, { at }: Fragment, { work }: Prepared): Promise<void> {
  const ports = intercept(stage.ports, at, async (call) => {
    if (kind.endsWith('-after')) await call();
    throw new Retryable('the connection broke');
  });
  await work.attempt(ports);
  await finish(work, stage.ports);
}

/** Of a worker that is dead nobody hears: what still becomes of its call when the stage is closed is nobody's failure. */
const abandon = (attempt: Promise<unknown>): void => void attempt.catch(() => undefined);

/** The worker dies at its call; its time runs out, and another takes the job. */
const crash = (when: 'before' | 'after', stale = false): FaultRow => ({
  ...(stale && {
    skip: (fragment: Fragment) => (fragment.list ? undefined : 'it looks at no list'),
  }),
  async run({ stage, fragment, prepared }) {
    const gate = gateAt(stage.ports, fragment.at, when);
    abandon(prepared.work.attempt(gate.ports));
    await reached(gate.reached, fragment);
    await prepared.work.expire();
    const { list } = fragment;
    if (stale && list) {
      const json = list.empty;
      stage.world.faults.add({
        match: ({ method, path }) => method === 'GET' && list.path.test(path),
        do: 'stale',
        times: 3,
        ...(json !== undefined && { json }),
      });
    }
    // The lists catch up; what was written twice meanwhile is taken away by the next look.
    await prepared.work.attempt(stage.ports);
    stage.world.faults.clear();
    await finish(prepared.work, stage.ports);
  },
});

const mail = (disturb: (one: Case) => Promise<void>): FaultRow => ({ skip: heardOnly, run: disturb });

const ofCase =
  ({ prepared }: Case) =>
  ({ payload }: Letter) =>
    (payload.repository as { id?: number } | undefined)?.id === prepared.repository.id;

export const faults: Record<string, FaultRow> = {
  'webhook dropped': mail(async (one) => {
    const { webhooks } = one.stage.world;
    webhooks.rules.push({ match: ofCase(one), do: 'drop' });
    await finish(one.prepared.work, one.stage.ports);
    await runsEnded(one.stage.world);
    await one.stage.world.settle();
    webhooks.rules.splice(0);
  }),
  'webhook delivered ten times': mail(async (one) => {
    const { webhooks } = one.stage.world;
    const before = webhooks.log.length;
    await finish(one.prepared.work, one.stage.ports);
    await runsEnded(one.stage.world);
    await one.stage.world.settle();
    for (const delivery of webhooks.log.slice(before)) for (let n = 1; n < 10; n++) webhooks.redeliver(delivery);
  }),
  'webhook delayed': mail(async (one) => {
    const { webhooks } = one.stage.world;
    webhooks.rules.push({ match: ofCase(one), do: 'delay', ms: 40, times: 1 });
    await finish(one.prepared.work, one.stage.ports);
    await one.stage.hear();
    webhooks.rules.splice(0);
  }),
  'webhooks in the wrong order': mail(async (one) => {
    const { webhooks } = one.stage.world;
    webhooks.rules.push({ match: ofCase(one), do: 'hold' });
    await finish(one.prepared.work, one.stage.ports);
    await runsEnded(one.stage.world);
    await one.stage.world.settle();
    webhooks.rules.splice(0);
    webhooks.release((held) => held.toReversed());
  }),
  '5xx before it is applied': http({ do: 'fail-before', status: 502, times: 2 }),
  '5xx after it was applied': http({ do: 'fail-after', status: 500 }),
  '409 conflict': http(
    { do: 'fail-before', status: 409, json: { message: 'Conflict' } },
    { refuses: true, writes: true },
  ),
  '422 refused': http(
    { do: 'fail-before', status: 422, json: { message: 'Validation Failed', errors: [] }, times: 2 },
    { refuses: true, writes: true },
  ),
  '403 secondary limit': http({ do: 'secondary', seconds: 1 }),
  '429 with retry-after': http({ do: 'too-many', seconds: 1 }),
  'connection reset before': http({ do: 'reset-before', times: 2 }),
  'connection reset after': http({ do: 'reset-after' }),
  'killed before': crash('before'),
  'killed after': crash('after'),
  'killed after, and the lists lag': crash('after', true),
  'two workers at once': {
    async run({ stage, prepared }) {
      await prepared.work.twice(stage.ports);
      await finish(prepared.work, stage.ports);
    },
  },
  'worker paused past its lease': {
    async run({ stage, fragment, prepared }) {
      const gate = gateAt(stage.ports, fragment.at, 'before');
      const paused = prepared.work.attempt(gate.ports);
      await reached(gate.reached, fragment);
      await prepared.work.expire();
      await finish(prepared.work, stage.ports);
      gate.open();
      // Only what the late worker itself asks for is done after it.
      if ((await paused) === 'again') await finish(prepared.work, stage.ports);
    },
  },
  'another replica takes over': {
    async run({ stage, fragment, prepared }) {
      const gate = gateAt(stage.ports, fragment.at, 'before');
      abandon(prepared.work.attempt(gate.ports));
      await reached(gate.reached, fragment);
      await prepared.work.expire();
      await finish(prepared.work, stage.otherReplica());
    },
  },
  'database connections end': {
    skip: serverOnly,
    async run({ stage, fragment, prepared }) {
      const gate = gateAt(stage.ports, fragment.at, 'after');
      const attempt = prepared.work.attempt(gate.ports).catch(() => 'again');
      await reached(gate.reached, fragment);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(stage.journal.db);
      gate.open();
      await attempt;
      await prepared.work.expire();
      await finish(prepared.work, stage.ports);
    },
  },
};

async function reached(gate: Promise<void>, { at }: Fragment): Promise<void> {
  const late = Promise.withResolvers<never>();
  const clock = setTimeout(() => late.reject(new Error(`${at} was never called`)), 20_000);
  await Promise.race([gate, late.promise]).finally(() => clearTimeout(clock));
}
