// Every effect and every writer with every fault on one database: GitHub and the journal end as they do without it.
// `npm run test:faults` takes every pair on each database; `npm test` the slice.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type databases, fresh } from '../conformance/journal/databases.ts';
import { faults } from './faults.ts';
import type { Fragment } from './fragment.ts';
import { fragments } from './fragments/index.ts';
import { openStage, type Stage } from './stage.ts';
import { finish } from './work.ts';

const everything = process.env.GANTRY_FAULTS === 'all';

type Pair = readonly [effect: string, fault: string];

/**
 * As few pairs as it takes to meet every effect and every fault. A new one is met without anybody thinking of it; on the
 * other database, where the pairs come in the other order, it is met in another one.
 */
export function sliceOf(pairs: readonly Pair[]): Pair[] {
  const missing = new Set(pairs.flat());
  const taken: Pair[] = [];
  /** Of equals the one whose fault was met least. */
  const gain = (pair: Pair) =>
    pair.filter((one) => missing.has(one)).length - taken.filter(([, fault]) => fault === pair[1]).length / 100;
  while (missing.size > 0) {
    const best = pairs.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    for (const one of best) missing.delete(one);
    taken.push(best);
  }
  return taken;
}

/** What the journal learned since, GitHub as it is now, and every webhook by what became of it. */
type Ending = { outside: unknown; facts: string[]; told: string[] };

/** A stage, and how each fragment ends on it when nothing disturbs it. */
type Ground = { stage: Stage; clean: Map<string, Promise<Ending>> };

export const pairsOf = (database: (typeof databases)[number]): Pair[] =>
  Object.entries(fragments).flatMap(([name, fragment]) =>
    Object.entries(faults)
      .filter(([, { skip }]) => skip?.(fragment, database) === undefined)
      .map(([fault]) => [name, fault] as const),
  );

export function testMatrix(database: (typeof databases)[number]): void {
  let ground: Ground | undefined;
  const open = async (): Promise<Ground> => ({ stage: await openStage(await fresh(database)), clean: new Map() });
  beforeAll(async () => {
    ground = await open();
  });
  afterAll(async () => {
    await ground?.stage.close();
    expect(ground?.stage.world.errors).toEqual([]);
    expect(ground?.stage.world.violations).toEqual([]);
  });
  // What a failed case left behind must not fail the next one.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    void ground?.stage.close().catch(() => undefined);
    ground = await open();
  });

  const every = pairsOf(database);
  const pairs = everything ? every : sliceOf(database === 'pglite' ? every : every.toReversed());

  test.each(pairs)('%s: %s', async (name, fault) => {
    const fragment = fragments[name];
    const row = faults[fault];
    if (!fragment || !row || !ground) throw new Error('the tables disagree');
    const { stage, clean } = ground;
    const undisturbed =
      clean.get(name) ?? ended(stage, fragment, async ({ work }) => void (await finish(work, stage.ports)));
    clean.set(name, undisturbed);
    const expected = await undisturbed;
    let before: unknown;
    const ending = await ended(stage, fragment, async (prepared) => {
      before = JSON.parse(normalised(await prepared.outside()));
      await row.run({ stage, fragment, prepared });
    });
    if (row.refuses && JSON.stringify(ending.outside) !== JSON.stringify(expected.outside)) {
      // GitHub's no is an answer: nothing was done, and the journal has at most the one refusal.
      expect(ending.outside).toEqual(fragment.refused ? fragment.refused(expected.outside) : before);
      expect(ending.facts.length).toBeLessThanOrEqual(expected.facts.length);
    } else expect(ending).toEqual(expected);
  });
}

async function ended(
  stage: Stage,
  fragment: Fragment,
  disturb: (prepared: Awaited<ReturnType<Fragment['prepare']>>) => Promise<void>,
): Promise<Ending> {
  const { db } = stage.journal;
  const prepared = await fragment.prepare(stage);
  await stage.hear();
  const { last } = await db
    .selectFrom('fact')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  const heardBefore = new Set((await db.selectFrom('inbox').select('guid').execute()).map(({ guid }) => guid));
  await disturb(prepared);
  await stage.hear();
  const facts = await db
    .selectFrom('fact')
    .select(['key', 'type', 'body'])
    .where('id', '>', last ?? 0)
    .execute();
  const inbox = await db.selectFrom('inbox').select(['guid', 'event', 'action', 'state']).execute();
  return {
    outside: JSON.parse(normalised(await prepared.outside())),
    // What a command answers is in order of time; what is heard may come in any.
    facts: facts
      .filter(({ key }) => fragment.heard || /#\d+\/\d+$/.test(key))
      .map(({ type, body }) => `${type} ${normalised(body)}`)
      .sort(),
    // What nothing listens to may come more often: a comment that is looked at again is edited.
    told: inbox
      .filter(({ guid, state }) => fragment.heard && state !== 'ignored' && !heardBefore.has(guid))
      .map(({ event, action, state }) => `${event}.${action} ${state}`)
      .sort(),
  };
}

/** Commits, ids and times differ from case to case; nothing else may. */
const normalised = (value: unknown): string =>
  JSON.stringify(value ?? null)
    .replace(/\b[0-9a-f]{7,64}\b/g, 'HEX')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'WHEN')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'WHEN')
    .replace(/"nodeId":"[^"]+"/g, '"nodeId":"ID"')
    .replace(/gantry:reply:\d+/g, 'gantry:reply:N')
    .replace(/acme\/case-\d+/g, 'acme/case')
    .replace(/(?<=[#/_-])\d+/g, 'N')
    .replace(/:\d+(?=[,}\]])/g, ':0');
