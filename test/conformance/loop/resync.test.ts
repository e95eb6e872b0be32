// Away longer than GitHub keeps its log of deliveries: nothing can be redelivered, so everything is read again, on both databases.
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import { announceRound, roundSucceeded } from '../../../src/journal/sweep-round.ts';
import { heal, healRound } from '../../../src/loop/sweep/heal-round.ts';
import { daysOfLog } from '../../../src/loop/sweep/tools.ts';
import { openStage, type Stage } from '../../faults/stage.ts';
import { databases, fresh } from '../journal/databases.ts';

const servers = { 'github.com': 'https://github.com', 'GitHub Enterprise Server': 'https://github.acme.example' };

test('github.com keeps its log for three days, GitHub Enterprise Server for seven', () => {
  expect(Object.values(servers).map(daysOfLog)).toEqual([3, 7]);
});

describe.each(databases)('on %s', (kind) => {
  let stage: Stage;
  afterEach(() => stage.close());

  test('everything is read again, once', async () => {
    stage = await openStage(await fresh(kind));
    const { world, journal, repository } = stage;
    const tools = { ...stage.sweep, logDays: daysOfLog(servers['github.com']) };
    const mona = world.person('mona');
    const full = `${repository.owner}/${repository.name}`;
    const keys = async (stream: StreamId) =>
      (await journal.db.selectFrom('fact').select('key').where('stream', '=', stream).orderBy('id').execute()).map(
        ({ key }) => key,
      );
    /** One round after so many days without any; the lists it read, as GitHub answered them. */
    const healAfter = async (days: number) => {
      await sql`update sweep_round set succeeded_at = clock_timestamp() - ${days} * interval '1 day'
        where name = ${healRound}`.execute(journal.db);
      const from = world.requests.length;
      await heal(tools, 0, async () => true);
      await roundSucceeded(journal.db, healRound);
      return world.requests
        .slice(from)
        .filter(({ path, route }) => path.includes(repository.name) && /\/(issues|issues\/comments)$/.test(route))
        .map(({ status }) => status);
    };
    const warned = () => stage.log.filter((line) => line.includes('full resync')).length;
    await announceRound(journal.db, healRound, 60);

    // Nobody tells of anything. A day too few reads on from where it was left.
    world.webhooks.rules.push({ match: () => true, do: 'drop' });
    await mona.openIssue(full, { title: 'Nothing to do with us' });
    await healAfter(0);
    expect(await healAfter(tools.logDays - 0.1)).toEqual([304, 304]);
    expect(warned()).toBe(0);

    // While everything is down, somebody labels an issue.
    const { number: issue } = await mona.openIssue(full, { title: 'Discounts', body: 'Make it nice.' });
    await mona.label(full, issue, 'ai-ready');
    await world.settle();
    expect(await healAfter(tools.logDays + 0.1)).toEqual([200, 200]);
    expect(warned()).toBe(1);
    const labelled = await journal.db
      .selectFrom('fact')
      .select('body')
      .where('stream', '=', ticketStream(repository.id, issue))
      .where('type', '=', 'IssueLabeled')
      .execute();
    expect(labelled).toMatchObject([{ body: { label: 'ai-ready', by: { login: 'mona' } } }]);

    // Once is enough, and reading everything twice says nothing twice.
    const before = await keys(ticketStream(repository.id, issue));
    await healAfter(0);
    await healAfter(tools.logDays + 0.1);
    expect(await keys(ticketStream(repository.id, issue))).toEqual(before);
    expect(warned()).toBe(2);
    expect(world.errors).toEqual([]);
  });
});
