import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../../../src/cli/main.ts';
import { holdFolder } from '../../../src/journal/hold-folder.ts';
import { openDatabase } from '../../../src/journal/open-database.ts';
import { folderWith, terminal } from './terminal.ts';

async function gantry(cwd: string, ...args: string[]) {
  const { io, out, err } = terminal({ cwd, env: { DATA_DIR: 'data' } });
  return { code: await runCli(args, io), out: out.join('\n'), err: err.join('\n') };
}

/** Two items with the number 7 of one repository, as the loop would have left them. */
async function fill(cwd: string): Promise<void> {
  const { db, close } = await openDatabase({ kind: 'pglite', folder: path.join(cwd, 'data') }, () => {});
  const repository = JSON.stringify({ installation: 1, id: 5, owner: 'Acme', name: 'rates' });
  for (const kind of ['ticket', 'pull'] as const)
    await db
      .insertInto('stream')
      .values({ id: `${kind}:5#7`, kind, repo: 5, number: 7, repository, version: 1, state: null })
      .execute();
  const fact = (seq: number | null, type: string, rest: object) =>
    db
      .insertInto('fact')
      .values({ stream: 'ticket:5#7', seq, key: type, type, body: JSON.stringify({ type, ...rest }) })
      .execute();
  await fact(1, 'Labelled', { by: 'mona', title: '\u001b[2Jhostile\u202e' });
  await fact(2, 'Held', {});
  await fact(null, 'Edited', { by: 'sam' });
  await close();
}

test('migrate, explain, roll back, migrate again', { timeout: 60_000 }, async () => {
  const cwd = folderWith();
  expect(await gantry(cwd, 'db:migrate')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Migrated: 0001-journal/),
  });
  expect(await gantry(cwd, 'db:migrate')).toMatchObject({ code: 0, out: 'The database is up to date.' });

  await fill(cwd);
  const told = await gantry(cwd, 'explain', 'acme/RATES#7');
  expect(told.code).toBe(0);
  expect(told.out.replaceAll(/\d{4}-\S+Z/g, 'TIME')).toBe(
    [
      'ticket:5#7  (Acme/rates)',
      '    1  TIME  Labelled  {"by":"mona","title":"\\u001b[2Jhostile\\u{202e}"}',
      '    2  TIME  Held',
      '  new  TIME  Edited  {"by":"sam"}',
      '',
      'pull:5#7  (Acme/rates)',
      '',
    ].join('\n'),
  );
  const json = JSON.parse((await gantry(cwd, 'explain', 'ticket:5#7', '--json')).out);
  expect(json).toMatchObject([
    { stream: 'ticket:5#7', facts: [{ seq: 1, type: 'Labelled', body: { by: 'mona' } }, { seq: 2 }, { seq: null }] },
  ]);
  expect(await gantry(cwd, 'explain', 'acme/rates#8')).toMatchObject({
    code: 1,
    err: expect.stringContaining('holds nothing of acme/rates#8'),
  });

  expect(await gantry(cwd, 'db:rollback')).toMatchObject({ code: 0, out: expect.stringMatching(/^Undone: \d{4}-/) });
  expect(await gantry(cwd, 'db:migrate')).toMatchObject({ code: 0, out: expect.stringMatching(/^Migrated: \d{4}-/) });
});

test('while the app holds the embedded database, explain says where to read instead and migrate names the holder', async () => {
  const cwd = folderWith({ 'data/pglite/PG_VERSION': '17' });
  const release = holdFolder(path.join(cwd, 'data'));
  // holdFolder takes a lock of this very process for a stale one; a parent is alive and not us.
  writeFileSync(path.join(cwd, 'data/gantry.lock'), String(process.ppid));
  expect(await gantry(cwd, 'explain', 'acme/rates#7')).toMatchObject({
    code: 1,
    err: expect.stringContaining(`Gantry is running (process ${process.ppid})`),
  });
  expect(await gantry(cwd, 'db:migrate')).toMatchObject({
    code: 1,
    err: expect.stringContaining(`in use by process ${process.ppid}`),
  });
  release();
});

test.each([
  [['explain'], 'which ticket?'],
  [['explain', 'acme/rates#7'], 'There is no database in'],
  [['explain', 'rates'], 'There is no database in'],
])('%j without a database makes none', async (args, why) => {
  const cwd = folderWith();
  expect(await gantry(cwd, ...args)).toMatchObject({ code: 1, err: expect.stringContaining(why) });
  expect(existsSync(path.join(cwd, 'data'))).toBe(false);
});

test('a name that is none, and a database without a journal, are told apart', { timeout: 60_000 }, async () => {
  const cwd = folderWith();
  const { close, db } = await openDatabase({ kind: 'pglite', folder: path.join(cwd, 'data') }, () => {});
  await db.selectNoFrom(({ val }) => val(1).as('one')).execute();
  await close();
  expect(await gantry(cwd, 'explain', "x' or 1=1")).toMatchObject({
    code: 1,
    err: expect.stringContaining('names no ticket'),
  });
  expect(await gantry(cwd, 'explain', 'acme/rates#7')).toMatchObject({
    code: 1,
    err: expect.stringContaining('has no journal yet'),
  });
});
