// The transcript of a run on both databases: bounded, complete at its end, and nothing is left beside it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { readArtifact } from '../../../src/journal/artifact.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { endRun } from '../../../src/journal/lease.ts';
import { stopRun } from '../../../src/journal/stop-run.ts';
import { addToTranscript, mostTranscriptBytes } from '../../../src/journal/transcript.ts';
import { anAssignment, databases, fresh } from './databases.ts';

const repository = { installation: 1, id: 7, owner: 'acme', name: 'app' };

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  const errors: unknown[] = [];
  beforeAll(async () => {
    journal = await openJournal(await fresh(kind), (error) => errors.push(error));
  });
  afterAll(async () => {
    await journal.close();
    expect(errors).toEqual([]);
  });

  let made = 0;
  async function live(): Promise<{ id: string; stream: StreamId }> {
    made += 1;
    const { db, enqueue } = journal;
    const stream = ticketStream(repository.id, made);
    const fact = { type: 'MembersChanged', login: 'mona' } as const;
    await db.transaction().execute((tx) => append(tx, enqueue, { stream, repository, key: `made/${made}`, fact }));
    const run = {
      id: `run-${made}`,
      stream,
      repo: repository.id,
      assignment: anAssignment(`run-${made}`),
      seconds: 60,
    };
    expect(await admit(db, run, { repository: 50, total: 99 })).toHaveProperty('claimed');
    return { id: run.id, stream };
  }
  const rowOf = (run: string) =>
    journal.db.selectFrom('run').select('transcript').where('id', '=', run).executeTakeFirstOrThrow();
  const linesOf = async (run: string) => {
    const found = await readArtifact(journal.db, (await rowOf(run)).transcript ?? '');
    return found?.bytes.toString().trimEnd().split('\n') ?? [];
  };
  const partsLeft = () => journal.db.selectFrom('transcript_part').select('id').execute();

  test('lines come in order, and an order of an operator ends it like a result does', async () => {
    const { id } = await live();
    for (const n of [1, 2, 3]) await addToTranscript(journal.db, id, `{"n":${n}}`);
    const order = { by: 'mona', why: 'enough' };
    await journal.db.transaction().execute((tx) => stopRun(tx, journal.enqueue, id, order));
    const [head, ...lines] = await linesOf(id);
    expect(JSON.parse(head ?? '')).toEqual({ version: 1, run: id, calls: 0, kept: 3 });
    expect(lines).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    expect(await partsLeft()).toEqual([]);
  });

  test('a run that said nothing has none, and one that has ended takes no more', async () => {
    const { id } = await live();
    const end = () => journal.db.transaction().execute((tx) => endRun(tx, id, { kind: 'cancelled', why: 'test' }));
    await end();
    await addToTranscript(journal.db, id, '{"late":true}');
    expect(await end()).toBe(false);
    expect(await rowOf(id)).toEqual({ transcript: null });
    expect(await partsLeft()).toEqual([]);
  });

  test('lines that arrive while the run is ended are in it or are gone, never left over', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await live();
      const adding = Array.from({ length: 6 }, (_, n) => addToTranscript(journal.db, id, `{"n":${n}}`));
      const ending = journal.db.transaction().execute((tx) => endRun(tx, id, { kind: 'cancelled', why: 'test' }));
      await Promise.all([...adding, ending]);
      expect(await partsLeft()).toEqual([]);
    }
  });

  test('no run keeps more than the bound, counted in bytes', async () => {
    const { id } = await live();
    const line = JSON.stringify('é'.repeat(1 << 20));
    for (let n = 0; n < 6; n += 1) await addToTranscript(journal.db, id, line);
    await addToTranscript(journal.db, id, '"short"');
    await journal.db.transaction().execute((tx) => endRun(tx, id, { kind: 'cancelled', why: 'test' }));
    const [head, ...lines] = await linesOf(id);
    expect(JSON.parse(head ?? '')).toMatchObject({ kept: 4 });
    expect(lines.at(-1)).toBe('"short"');
    expect(Buffer.byteLength(lines.join(''))).toBeLessThanOrEqual(mostTranscriptBytes);
  });
});
