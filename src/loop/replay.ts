// Replaying and dismissing what was given up. An entry is settled once, so whatever follows from it is done once (ADR 0020).
import type { Command } from '../decide/command.ts';
import type { Fact } from '../facts/fact.ts';
import type { StreamId } from '../facts/stream.ts';
import { append } from '../journal/append.ts';
import { type DeadLetter, readDeadLetter, settleDeadLetter } from '../journal/dead-letter.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import type { Tx } from '../journal/tables.ts';

/** Questions, and what is harmless: the answer is judged by the state of then, so they may be asked again at any time. */
const questions: readonly Command['type'][] = [
  'ReadAuthority',
  'ReadLabelAuthority',
  'ReadApproval',
  'ReadPlan',
  'GatherPull',
  'ReadReviewer',
  'CancelRun',
];

export type ReplayTools = { tx: Tx; enqueue: Enqueue; by: string };

/** The entry as it is now; one that was settled before is returned as it was. Undefined: there is none. */
export async function replayDeadLetter(tools: ReplayTools, id: string): Promise<DeadLetter | undefined> {
  const settled = await settleDeadLetter(tools.tx, id, { state: 'replayed', by: tools.by });
  if (settled) await replay(tools, settled);
  return settled ?? readDeadLetter(tools.tx, id);
}

export async function dismissDeadLetter(tools: ReplayTools, id: string): Promise<DeadLetter | undefined> {
  const settled = await settleDeadLetter(tools.tx, id, { state: 'dismissed', by: tools.by });
  if (settled?.work.kind === 'fact')
    await tell(tools, settled, settled.work.stream, {
      type: 'FactTakenBack',
      id: Number(settled.work.id),
      how: 'dismissed',
      by: tools.by,
    });
  return settled ?? readDeadLetter(tools.tx, id);
}

async function replay(tools: ReplayTools, entry: DeadLetter): Promise<void> {
  const { tx, enqueue, by } = tools;
  const { work } = entry;
  switch (work.kind) {
    case 'delivery':
      return translateAgain(tools, work.guid);
    case 'command': {
      const { stream, key, command } = work.job;
      if (questions.includes(command.type))
        await enqueue(tx, 'perform', { stream, key: `${key}/again/${entry.times}`, command });
      return tell(tools, entry, stream, { type: 'Replayed', of: 'command', what: command.type, by });
    }
    case 'run':
      return tell(tools, entry, work.stream, { type: 'Replayed', of: 'run', what: work.run, by });
    case 'converge':
      return enqueue(tx, 'converge', work.job);
    case 'fact':
      await tx.updateTable('fact').set({ set_aside: false }).where('id', '=', work.id).execute();
      return tell(tools, entry, work.stream, { type: 'FactTakenBack', id: Number(work.id), how: 'replayed', by });
    case 'stream':
      return enqueue(tx, 'react', { stream: work.stream });
  }
}

/** The bytes are still there: as if GitHub had brought it once more. */
async function translateAgain({ tx, enqueue }: ReplayTools, guid: string): Promise<void> {
  const row = await tx
    .updateTable('inbox')
    .set({ state: 'stored', note: null })
    .where('guid', '=', guid)
    .where('state', '=', 'failed')
    .returning('batch')
    .executeTakeFirst();
  if (row) await enqueue(tx, 'translate', { batch: String(row.batch) });
}

/** One fact for each time that it was given up and taken up again. */
const tell = async ({ tx, enqueue }: ReplayTools, { id, times }: DeadLetter, stream: StreamId, fact: Fact) =>
  void (await append(tx, enqueue, { stream, key: `dead-letter:${id}/${times}/${fact.type}`, fact }));
