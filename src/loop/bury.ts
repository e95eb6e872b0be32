// The dead queue: what was given up is answered where somebody waits for an answer, and lies where an operator finds it.
import type { Fact } from '../facts/fact.ts';
import { append } from '../journal/append.ts';
import { bury } from '../journal/dead-letter.ts';
import type { Jobs } from '../journal/enqueue.ts';
import { keptFailure } from './failure-class.ts';
import { setPoisonAside } from './poison.ts';
import { giveUp, type TranslateTools } from './translate.ts';

export type DeadJob = { data: Jobs[keyof Jobs]; output: object; sourceOutput?: object | null };

export async function buryJob(tools: TranslateTools, job: DeadJob): Promise<void> {
  const { db, enqueue, log } = tools;
  const { data } = job;
  const { message: why, class: failure } = keptFailure(job.sourceOutput ?? job.output);
  log.error({ ...data, class: failure, why }, 'given up');
  if ('batch' in data) return giveUp(tools, data.batch, { why, class: failure });
  if ('command' in data) {
    const { stream, key, command } = data;
    // Exactly one outcome per command: giving up takes the same key as success would have.
    const fact: Fact = { type: 'GaveUp', command: command.type, why, class: failure };
    await db.transaction().execute(async (tx) => {
      if (!(await append(tx, enqueue, { stream, key, fact }))) return;
      await bury(tx, { work: { kind: 'command', job: { stream, key, command } }, class: failure, why });
    });
    return;
  }
  if ('target' in data) {
    await db.transaction().execute((tx) => bury(tx, { work: { kind: 'converge', job: data }, class: failure, why }));
    return;
  }
  // Offering slots is done again by the sweep.
  if ('stream' in data) await setPoisonAside(tools, data.stream);
}
