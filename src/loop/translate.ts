// Raw deliveries to pending facts. One job per commit group; each delivery succeeds or fails by itself.
import { ZodError } from 'zod';
import { fieldsInWords } from '../facts/field-problems.ts';
import type { Heard, Self } from '../intake/github/contract.ts';
import { intakes } from '../intake/github/index.ts';
import { append } from '../journal/append.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import type { Inbox, InboxEntry } from '../journal/inbox.ts';
import { openStreams, pullsWithHead } from '../journal/stream.ts';
import type { Db, Tx } from '../journal/tables.ts';
import type { Log } from './log.ts';

export type TranslateTools = {
  db: Db;
  enqueue: Enqueue;
  inbox: Inbox;
  self: Self;
  log: Log;
  look(installation: number): void;
};

export async function translate(tools: TranslateTools, batch: string): Promise<void> {
  const failures: unknown[] = [];
  for (const delivery of await tools.inbox.readBatch(batch)) {
    if (delivery.state !== 'stored') continue;
    // One that fails must not take the others of its group with it: they arrived together by chance.
    await translateOne(tools, delivery).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** After the last attempt: what is left of the group is marked, so that a redelivery or the sweep can bring it again. */
export async function giveUp({ db, inbox, log }: TranslateTools, batch: string, why: string): Promise<void> {
  for (const { guid, state } of await inbox.readBatch(batch)) {
    if (state !== 'stored') continue;
    log.error({ delivery: guid, why }, 'a delivery could not be translated');
    await db.transaction().execute((tx) => inbox.mark(tx, guid, 'failed', why.slice(0, 1_000)));
  }
}

async function translateOne(
  { db, enqueue, inbox, self, log, look }: TranslateTools,
  delivery: InboxEntry & { body: Buffer },
): Promise<void> {
  const { guid, event, action } = delivery;
  const intake = intakes.find((one) => one.event === event && (!one.actions || one.actions.includes(action ?? '')));
  if (!intake) {
    await db
      .transaction()
      .execute((tx) => inbox.mark(tx, guid, 'ignored', `nothing listens to ${event}${action ? `.${action}` : ''}`));
    return;
  }
  let heard: Heard[];
  try {
    heard = intake.translate(JSON.parse(delivery.body.toString('utf8')), self);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const note = fieldsInWords(error);
    log.error({ delivery: guid, event, action, note }, 'a delivery is not what GitHub documents');
    await db.transaction().execute((tx) => inbox.mark(tx, guid, 'failed', note.slice(0, 1_000)));
    return;
  }
  await db.transaction().execute(async (tx) => {
    for (const one of heard) await hear(tx, enqueue, one, guid);
    await inbox.mark(tx, guid, heard.length > 0 ? 'translated' : 'ignored');
  });
  for (const one of heard) if (one.to === 'look') look(one.installation);
  log.debug({ delivery: guid, event, action, facts: heard.length }, 'translated');
}

async function hear(tx: Tx, enqueue: Enqueue, heard: Heard, guid: string): Promise<void> {
  if (heard.to === 'look') return;
  const { repository, key } = heard;
  if (heard.to === 'stream') {
    await append(tx, enqueue, { stream: heard.stream, repository, key, fact: heard.fact });
    return;
  }
  const rows =
    heard.to === 'open' ? await openStreams(tx, repository.id) : await pullsWithHead(tx, repository.id, heard.sha);
  for (const { id } of rows) {
    // Rights may change the same way twice: such facts have no natural key of their own and take the delivery's.
    const own = heard.fact.type === 'MembersChanged' ? `${key}/${guid}` : key;
    await append(tx, enqueue, { stream: id, repository, key: `${own}@${id}`, fact: heard.fact });
  }
}
