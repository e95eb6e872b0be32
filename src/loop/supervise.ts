// Run rows against GitHub's workflow runs (SF-007): what was lost between the two is found and told, by the same facts as
// webhooks. One list per repository with runs that live or have just ended.

import { sql } from 'kysely';
import type { GitHubReader, WorkflowRunView } from '../../adapters/github/contract.ts';
import { liveStates } from '../decide/run.ts';
import { aboutStreamId } from '../facts/about.ts';
import { Repository } from '../facts/repository.ts';
import { type StreamId, ticketStream } from '../facts/stream.ts';
import type { TicketFact } from '../facts/ticket.ts';
import { lostOutcome, ourRun, workflowEndedKey } from '../intake/github/workflow-run.ts';
import { append } from '../journal/append.ts';
import type { Journal } from '../journal/database.ts';
import { convergeUnwritten } from './converge-unwritten.ts';
import type { Log } from './log.ts';

export type SuperviseTools = {
  journal: Journal;
  reader: Pick<GitHubReader, 'workflowRuns' | 'workflowRun'>;
  /** The workflow file that starts runners. */
  workflow: string;
  log: Log;
};

/** Seconds after which a run that GitHub does not show was not started; its list may lag, and a dispatch may be under way. */
const unseenSeconds = 120;
/** Seconds for which a repository is still looked at after its last run ended: what nobody waits for is stopped. */
const afterSeconds = 600;
/** GitHub's clock is not ours. */
const skewSeconds = 300;

type Row = {
  id: string;
  stream: StreamId;
  state: string;
  live: boolean;
  workflowRun: number | undefined;
  unseen: boolean;
};

export async function supervise(tools: SuperviseTools): Promise<void> {
  for (const [repository, { since, rows }] of await toLookAt(tools.journal.db)) {
    // One repository that cannot be read must not hide the others.
    await look(tools, repository, since, rows).catch((error: unknown) =>
      tools.log.warn({ err: error, repository: repository.id }, 'the workflow runs of a repository could not be read'),
    );
  }
  await convergeUnwritten(tools.journal, tools.log);
}

async function toLookAt(db: Journal['db']): Promise<Map<Repository, { since: string; rows: Row[] }>> {
  const found = await db
    .selectFrom('run')
    .innerJoin('stream', 'stream.id', 'run.stream')
    .select([
      'run.id',
      'run.stream',
      'run.state',
      'run.workflow_run',
      'run.repo',
      'run.created_at',
      'stream.repository',
    ])
    .select(sql<boolean>`run.created_at < clock_timestamp() - ${unseenSeconds} * interval '1 second'`.as('unseen'))
    .where((is) =>
      is.or([
        is('run.state', 'in', liveStates),
        is('run.finished_at', '>', sql<Date>`clock_timestamp() - ${afterSeconds} * interval '1 second'`),
      ]),
    )
    .orderBy('run.created_at')
    .execute();
  const byRepo = new Map<number, [Repository, { since: string; rows: Row[] }]>();
  for (const row of found) {
    const known = byRepo.get(Number(row.repo)) ?? [
      Repository.parse(row.repository),
      { since: new Date(new Date(row.created_at).getTime() - skewSeconds * 1_000).toISOString(), rows: [] },
    ];
    known[1].rows.push({
      id: row.id,
      stream: row.stream as StreamId,
      state: row.state,
      live: liveStates.some((state) => state === row.state),
      workflowRun: row.workflow_run === null ? undefined : Number(row.workflow_run),
      unseen: row.unseen,
    });
    byRepo.set(Number(row.repo), known);
  }
  return new Map(byRepo.values());
}

async function look(tools: SuperviseTools, repository: Repository, since: string, rows: readonly Row[]): Promise<void> {
  const { journal, reader, workflow, log } = tools;
  const listed = await reader.workflowRuns(repository, workflow, since);
  const tell = async (stream: StreamId, key: string, fact: TicketFact) => {
    const told = await journal.db
      .transaction()
      .execute((tx) => append(tx, journal.enqueue, { stream, repository, key, fact }));
    if (told) log.warn({ ...aboutStreamId(stream), fact }, 'the supervisor found a run that went astray');
  };
  for (const row of rows.filter(({ live }) => live)) await lookAtRun(row);
  for (const workflowRun of listed) await lookAtWorkflowRun(workflowRun);

  async function lookAtRun(row: Row): Promise<void> {
    const { id, stream } = row;
    if (row.workflowRun === undefined && !listed.some(({ displayTitle }) => ourRun(displayTitle)?.run === id)) {
      if (row.state === 'queued' && row.unseen) await tell(stream, `run:${id}:unseen`, { type: 'RunUnseen', run: id });
      return;
    }
    const own =
      row.workflowRun === undefined
        ? undefined
        : (listed.find((one) => one.id === row.workflowRun) ?? (await reader.workflowRun(repository, row.workflowRun)));
    // Not bound yet: whichever of its name still goes on may take it.
    const candidates = own ? [own] : listed.filter(({ displayTitle }) => ourRun(displayTitle)?.run === id);
    if (row.workflowRun !== undefined && !own) {
      const why = 'its workflow run is gone from GitHub';
      const outcome = { kind: 'failed', class: 'infrastructure', why } as const;
      await tell(stream, workflowEndedKey(row.workflowRun), {
        type: 'RunLost',
        run: id,
        outcome,
        workflowRun: row.workflowRun,
      });
    }
    const [last] = candidates;
    if (!last || candidates.some(({ status }) => status !== 'completed')) return;
    const outcome = lostOutcome(last.conclusion ?? 'failure');
    await tell(stream, workflowEndedKey(last.id), { type: 'RunLost', run: id, outcome, workflowRun: last.id });
  }

  async function lookAtWorkflowRun({ id, displayTitle, status, event }: WorkflowRunView): Promise<void> {
    const ours = ourRun(displayTitle);
    if (status === 'completed' || event !== 'workflow_dispatch' || !ours || ours.repo !== repository.id) return;
    // Read again: the list is newer than the rows, and a dispatch may have been answered in between.
    const row = await journal.db
      .selectFrom('run')
      .select(['state', 'workflow_run'])
      .where('id', '=', ours.run)
      .executeTakeFirst();
    const live = row !== undefined && liveStates.some((state) => state === row.state);
    if (live && (row.workflow_run === null || Number(row.workflow_run) === id)) return;
    const fact = { type: 'RunStray', run: ours.run, workflowRun: id } as const;
    await tell(ticketStream(repository.id, ours.issue), `workflow-run:${id}/stray`, fact);
  }
}
