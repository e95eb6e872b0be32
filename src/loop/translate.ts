// Raw deliveries to pending facts. One job per commit group; each delivery succeeds or fails by itself.
import { ZodError } from 'zod';
import type { Tracer } from '../../adapters/tracer/contract.ts';
import { fieldsInWords } from '../facts/field-problems.ts';
import type { Heard, Self } from '../intake/github/contract.ts';
import { intakes } from '../intake/github/index.ts';
import { append } from '../journal/append.ts';
import { type Burial, bury, closeDeliveries } from '../journal/dead-letter.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import type { Inbox, InboxEntry } from '../journal/inbox.ts';
import { openStreams, pullsWithHead } from '../journal/stream.ts';
import type { Db, Tx } from '../journal/tables.ts';
import type { Log } from './log.ts';
import type { Watch } from './watch.ts';

export type TranslateTools = {
  db: Db;
  enqueue: Enqueue;
  inbox: Inbox;
  self: Self;
  log: Log;
  tracer: Tracer;
  watch: Watch;
  look(installation: number): void;
};

export async function translate(tools: TranslateTools, batch: string): Promise<void> {
  const failures: unknown[] = [];
  const done: string[] = [];
  for (const delivery of await tools.inbox.readBatch(batch)) {
    if (delivery.state !== 'stored') continue;
    // One that fails must not take the others of its group with it: they arrived together by chance.
    const { guid, event, action } = delivery;
    await tools.tracer
      .step('translate', { delivery_id: guid, event, action }, () => translateOne(tools, delivery))
      .then(
        (translated) => translated && done.push(guid),
        (error: unknown) => failures.push(error),
      );
  }
  await closeDeliveries(tools.db, done);
  if (failures.length > 0) throw failures[0];
}

/** After the last attempt: what is left of the group is marked, so that a redelivery or the sweep can bring it again. */
export async function giveUp(
  { db, inbox, log }: TranslateTools,
  batch: string,
  { why, class: failure }: Pick<Burial, 'why' | 'class'>,
): Promise<void> {
  for (const { guid, state, event, action } of await inbox.readBatch(batch)) {
    if (state !== 'stored') continue;
    log.error({ delivery_id: guid, why }, 'a delivery could not be translated');
    await db.transaction().execute(async (tx) => {
      await inbox.mark(tx, guid, 'failed', why.slice(0, 1_000));
      await bury(tx, { work: { kind: 'delivery', guid, event, action }, class: failure, why });
    });
  }
}

/** False where it is not what GitHub documents: trying again would not help. */
async function translateOne(
  { db, enqueue, inbox, self, log, watch, look }: TranslateTools,
  delivery: InboxEntry & { body: Buffer },
): Promise<boolean> {
  const { guid, event, action } = delivery;
  const intake = intakes.find((one) => one.event === event && (!one.actions || one.actions.includes(action ?? '')));
  if (!intake) {
    const note = `nothing listens to ${event}${action ? `.${action}` : ''}`;
    watch.translated(await db.transaction().execute((tx) => inbox.mark(tx, guid, 'ignored', note)));
    return true;
  }
  let heard: Heard[];
  try {
    heard = intake.translate(JSON.parse(delivery.body.toString('utf8')), self);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const note = fieldsInWords(error);
    log.error({ why: note }, 'a delivery is not what GitHub documents');
    await db.transaction().execute(async (tx) => {
      await inbox.mark(tx, guid, 'failed', note.slice(0, 1_000));
      // GitHub sends what it documents: what we cannot read is a fault of ours.
      await bury(tx, { work: { kind: 'delivery', guid, event, action }, class: 'bug', why: note });
    });
    return false;
  }
  const lag = await db.transaction().execute(async (tx) => {
    for (const one of heard) await hear(tx, enqueue, one, guid);
    return inbox.mark(tx, guid, heard.length > 0 ? 'translated' : 'ignored');
  });
  watch.translated(lag);
  for (const one of heard) if (one.to === 'look') look(one.installation);
  log.debug({ facts: heard.length }, 'translated');
  return true;
}

async function hear(tx: Tx, enqueue: Enqueue, heard: Heard, guid: string): Promise<void> {
  if (heard.to === 'look') return;
  const { repository, key } = heard;
  if (heard.to === 'stream') {
    await append(tx, enqueue, { stream: heard.stream, repository, key, fact: heard.fact, delivery: guid });
    return;
  }
  const rows =
    heard.to === 'open' ? await openStreams(tx, repository.id) : await pullsWithHead(tx, repository.id, heard.sha);
  for (const { id } of rows) {
    // Rights may change the same way twice: such facts have no natural key of their own and take the delivery's.
    const own = heard.fact.type === 'MembersChanged' ? `${key}/${guid}` : key;
    await append(tx, enqueue, { stream: id, repository, key: `${own}@${id}`, fact: heard.fact, delivery: guid });
  }
}
