// Every effect and every writer with every fault on one database: GitHub and the journal end as they do without it.
// `npm run test:faults` takes every pair; otherwise half of them, so that every effect and every fault is met on each database.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type databases, fresh } from '../conformance/journal/databases.ts';
import { faults } from './faults.ts';
import type { Fragment } from './fragment.ts';
import { fragments } from './fragments/index.ts';
import { openStage, type Stage } from './stage.ts';
import { finish } from './work.ts';

const everything = process.env.GANTRY_FAULTS === 'all';

/** What the journal learned since, GitHub as it is now, and every webhook by what became of it. */
type Ending = { outside: unknown; facts: string[]; told: string[] };

export function testMatrix(database: (typeof databases)[number]): void {
  let stage: Stage;
  const clean = new Map<string, Promise<Ending>>();
  beforeAll(async () => {
    stage = await openStage(await fresh(database));
  });
  afterAll(async () => {
    await stage.close();
    expect(stage.world.errors).toEqual([]);
    expect(stage.world.violations).toEqual([]);
  });

  const pairs = Object.entries(fragments).flatMap(([name, fragment], row) =>
    Object.entries(faults).flatMap(([fault, { skip }], column) => {
      // Of two neighbours in the table one is taken; which one alternates from effect to effect and from database to database.
      const taken = everything || (row + column) % 4 === (database === 'pglite' ? 0 : 2);
      return taken && skip?.(fragment, database) === undefined ? [[name, fault] as const] : [];
    }),
  );

  test.each(pairs)('%s: %s', async (name, fault) => {
    const fragment = fragments[name];
    const row = faults[fault];
    if (!fragment || !row) throw new Error('the tables disagree');
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
