// One webhook walked through the real journal, step by step, as the rows that docs/architecture.md shows.

import { createPlainTracer } from '../../adapters/tracer/plain.ts';
import { desiredOfTicket } from '../../src/decide/ticket/desired.ts';
import { prepare } from '../../src/effects/converge/index.ts';
import type { IssueSnapshot } from '../../src/facts/issue.ts';
import { ticketStream } from '../../src/facts/stream.ts';
import type { TicketFactOf } from '../../src/facts/ticket.ts';
import { append } from '../../src/journal/append.ts';
import { digestOf } from '../../src/journal/artifact.ts';
import { type Journal, openJournal } from '../../src/journal/database.ts';
import { createInbox } from '../../src/journal/inbox.ts';
import { claim, release } from '../../src/journal/right.ts';
import { contextOf, lock } from '../../src/journal/stream.ts';
import { lifecycles } from '../../src/loop/lifecycles.ts';
import type { Log } from '../../src/loop/log.ts';
import { react } from '../../src/loop/react.ts';
import { translate } from '../../src/loop/translate.ts';
import type { Watch } from '../../src/loop/watch.ts';
import { freshPglite } from '../world/pglite.ts';

const guid = '6f1c0d5e-2b9a-4d6e-8f43-5a1b7c9d0e21';
const stream = ticketStream(42, 12);
const mona = { id: 101, login: 'mona', kind: 'person' } as const;

const payload = {
  action: 'labeled',
  installation: { id: 7 },
  repository: { id: 42, name: 'rates', owner: { login: 'acme' }, default_branch: 'main' },
  sender: { id: mona.id, login: mona.login, type: 'User' },
  issue: {
    number: 12,
    title: 'Bulk discount',
    body: 'Make it nice.',
    state: 'open',
    updated_at: '2026-11-20T09:00:00Z',
  },
  label: { name: 'ai-ready' },
};

const startRead = (issue: IssueSnapshot): TicketFactOf<'StartRead'> => ({
  type: 'StartRead',
  by: mona,
  covers: 'event',
  role: 'write',
  labeled: true,
  policy: { status: 'absent' },
  base: { ref: 'main', sha: 'a'.repeat(40) },
  issue,
});

const unwatched: Watch = { begun() {}, translated() {} };
const quiet: Log = { debug() {}, info() {}, warn() {}, error: (about, text) => console.error(text, about) };

/** The tables after each step, as Markdown, by the step's name. */
export async function webhookRows(): Promise<Record<string, string>> {
  const journal = await openJournal(await freshPglite(), (error) => console.error(error));
  const { db, enqueue } = journal;
  const inbox = createInbox(db, enqueue);
  const steps: Record<string, string> = {};
  const seen = new Set<string>();
  const show = async (step: string) => {
    steps[step] = await newRows(journal, seen);
  };

  await inbox.store({
    guid,
    event: 'issues',
    action: 'labeled',
    installation: 7,
    body: Buffer.from(JSON.stringify(payload)),
  });
  await show('stored');
  await translate(
    { db, enqueue, inbox, self: { botId: 1 }, log: quiet, tracer: createPlainTracer(), watch: unwatched, look() {} },
    '1',
  );
  await show('translated');
  await react(db, enqueue, stream);
  await show('reacted');
  const issue = await issueOf(journal);
  const fact = startRead(issue);
  await db.transaction().execute((tx) => append(tx, enqueue, { stream, key: `${stream}#1/0`, fact }));
  await react(db, enqueue, stream);
  await show('answered');
  await writeNotice(journal);
  await show('converged');
  await journal.close();
  return steps;
}

async function issueOf({ db }: Journal): Promise<IssueSnapshot> {
  const { body } = await db
    .selectFrom('fact')
    .select('body')
    .where('key', 'like', '%labeled%')
    .executeTakeFirstOrThrow();
  const fact = lifecycles.ticket.fact.parse(body);
  if (fact.type !== 'IssueLabeled') throw new TypeError(`the first fact is ${fact.type}`);
  return fact.issue;
}

/** As loop/converge does it, with 9001 for the id that GitHub gives the comment. */
async function writeNotice({ db }: Journal): Promise<void> {
  const state = await db.transaction().execute(async (tx) => (await lock(tx, stream, lifecycles.ticket))?.state);
  const [target] = state ? desiredOfTicket(state, contextOf(stream, new Date(0))) : [];
  const right = await claim(db, `42/${target?.id}`, 60);
  if (!target || !right) throw new TypeError('nothing is desired of the ticket');
  await release(db, right, { digest: digestOf(JSON.stringify(prepare([target], '').content)), remoteId: '9001' });
}

type Row = { table: string; cells: readonly string[] };

/** Rows that are new or look different since the last step; times and digests say only that they are there. */
async function newRows(journal: Journal, seen: Set<string>): Promise<string> {
  const rows = (await readRows(journal)).filter(({ table, cells }) => !seen.has(`${table} ${cells.join(' ')}`));
  for (const { table, cells } of rows) seen.add(`${table} ${cells.join(' ')}`);
  return [
    '| table | row |',
    '|---|---|',
    ...rows.map(({ table, cells }) => `| ${table} | ${cells.join(' · ')} |`),
  ].join('\n');
}

async function readRows({ db, boss }: Journal): Promise<Row[]> {
  const inbox = await db.selectFrom('inbox').selectAll().execute();
  const facts = await db.selectFrom('fact').selectAll().orderBy('id').execute();
  const streams = await db.selectFrom('stream').selectAll().execute();
  const written = await db.selectFrom('written').selectAll().execute();
  const jobs = await Promise.all(
    ['translate', 'react', 'perform', 'converge'].map(async (queue) => ({ queue, found: await boss.findJobs(queue) })),
  );
  return [
    ...inbox.map(({ guid: id, event, action, state }) => row('inbox', { guid: id, event, action, state })),
    ...facts.map(({ seq, type, key, body }) => row('fact', { seq: seq ?? 'pending', type, key, ...stageOf(body) })),
    ...streams.map(({ id, seq, state }) => row('stream', { id, seq, ...stageOf(state) })),
    ...jobs.flatMap(({ queue, found }) => found.map(({ data }) => row(`job ${queue}`, shortened(data)))),
    ...written.map(({ target, fence, digest, remote_id: remote }) =>
      row('written', { target, fence, digest: digest === null ? 'none' : 'SHA-256 of the comment', remote_id: remote }),
    ),
  ];
}

const row = (table: string, values: Record<string, unknown>): Row => ({
  table,
  cells: Object.entries(values).map(([name, value]) => `${name} \`${String(value)}\``),
});

function stageOf(value: unknown): { stage?: string } {
  if (typeof value !== 'object' || value === null || !('stage' in value)) return {};
  const { stage } = value;
  const named = typeof stage === 'object' && stage !== null && 'name' in stage ? String(stage.name) : undefined;
  return named === undefined ? {} : { stage: named };
}

function shortened(data: unknown): Record<string, unknown> {
  if (typeof data !== 'object' || data === null) return {};
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && 'type' in value ? value.type : value,
    ]),
  );
}
