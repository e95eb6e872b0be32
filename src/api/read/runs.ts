// Runs with their lease, outcome and tokens. Never with their run token.
import { BudgetUse } from '../../facts/budget.ts';
import { Repository } from '../../facts/repository.ts';
import { Assignment, RunOutcome, RunState, type Stage, type Usage } from '../../facts/run.ts';
import { parseStream, type StreamId } from '../../facts/stream.ts';
import { usageOf } from '../../journal/lease.ts';
import { acceptedSubmission } from '../../journal/submission.ts';
import type { Db } from '../../journal/tables.ts';

export type RunItem = {
  id: string;
  repository: Repository;
  ticket: number;
  stage: Stage;
  phase: Assignment['phase'];
  state: RunState;
  agent: Assignment['agent'];
  budget: Assignment['budget'];
  /** GitHub's workflow run; absent until the dispatch was answered. */
  workflowRun: number | undefined;
  createdAt: Date;
  claimedAt: Date | undefined;
  heartbeatAt: Date | undefined;
  finishedAt: Date | undefined;
  leaseUntil: Date;
  /** Why it was asked to stop. */
  cancel: string | undefined;
  /** As the runner told it last; not to be trusted. */
  progress: unknown;
  outcome: RunOutcome | undefined;
  usage: Usage;
  /** The budget that ended it. */
  exceeded: BudgetUse | undefined;
  handedIn: HandedIn;
  /** Digest of what its model calls said; absent before its end, and where it made none. */
  transcript: string | undefined;
};

/** Digests of artifacts. */
export type HandedIn = Partial<Record<'bundle' | 'patch' | 'kept' | 'evidence', string | undefined>>;

export async function readRunItem(db: Db, id: string): Promise<RunItem | undefined> {
  const row = await rows(db).where('run.id', '=', id).executeTakeFirst();
  return row && itemOf(db, row);
}

/** All runs of a ticket, oldest first. */
export async function listRuns(db: Db, stream: StreamId): Promise<RunItem[]> {
  const found = await rows(db).where('run.stream', '=', stream).orderBy('run.created_at').execute();
  return Promise.all(found.map((row) => itemOf(db, row)));
}

/** Newest first. `before` is the id of a run; undefined is answered where there is none, since nothing could be told to follow it. */
export async function listAllRuns(
  db: Db,
  filter: { repo?: number | undefined; state?: RunState | undefined; before?: string | undefined; limit: number },
): Promise<RunItem[] | undefined> {
  const { repo, state, before, limit } = filter;
  const last =
    before === undefined
      ? undefined
      : await db.selectFrom('run').select('id').where('id', '=', before).executeTakeFirst();
  if (before !== undefined && !last) return undefined;
  const found = await rows(db)
    .$if(repo !== undefined, (query) => query.where('run.repo', '=', repo ?? 0))
    .$if(state !== undefined, (query) => query.where('run.state', '=', state ?? ''))
    .$if(before !== undefined, (query) =>
      query.where(({ eb, or, and, selectFrom }) => {
        const at = selectFrom('run as last')
          .select('last.created_at')
          .where('last.id', '=', before ?? '');
        return or([
          eb('run.created_at', '<', at),
          and([eb('run.created_at', '=', at), eb('run.id', '<', before ?? '')]),
        ]);
      }),
    )
    .orderBy('run.created_at', 'desc')
    .orderBy('run.id', 'desc')
    .limit(limit)
    .execute();
  return Promise.all(found.map((row) => itemOf(db, row)));
}

/** The evidence that each run handed in, by run. */
export async function evidenceOf(db: Db, stream: StreamId): Promise<Map<string, string>> {
  const found = await db
    .selectFrom('fact')
    .select(({ fn, val }) => [
      fn<string>('jsonb_extract_path_text', ['body', val('run')]).as('run'),
      fn<string | null>('jsonb_extract_path_text', ['body', val('submission'), val('evidence')]).as('evidence'),
    ])
    .where('stream', '=', stream)
    .where('type', '=', 'RunFinished')
    .execute();
  return new Map(found.flatMap(({ run, evidence }) => (evidence === null ? [] : [[run, evidence] as const])));
}

async function handedInBy(db: Db, run: string): Promise<HandedIn> {
  const accepted = await acceptedSubmission(db, run);
  if (!accepted) return {};
  const { bundle, kept, evidence } = accepted;
  return { bundle: bundle?.artifact, patch: bundle?.patch, kept, evidence };
}

const rows = (db: Db) =>
  db
    .selectFrom('run')
    .innerJoin('stream', 'stream.id', 'run.stream')
    .select([
      'run.id',
      'run.stream',
      'stream.repository',
      'run.state',
      'run.assignment',
      'run.workflow_run',
      'run.created_at',
      'run.claimed_at',
      'run.heartbeat_at',
      'run.finished_at',
      'run.lease_until',
      'run.cancel',
      'run.progress',
      'run.outcome',
      'run.exceeded',
      'run.transcript',
    ]);

type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number];

const timeOf = (at: Date | null): Date | undefined => (at === null ? undefined : new Date(at));

async function itemOf(db: Db, row: Row): Promise<RunItem> {
  const { stage, phase, agent, budget } = Assignment.parse(row.assignment);
  return {
    id: row.id,
    repository: Repository.parse(row.repository),
    ticket: parseStream(row.stream)?.number ?? 0,
    stage,
    phase,
    state: RunState.parse(row.state),
    agent,
    budget,
    workflowRun: row.workflow_run === null ? undefined : Number(row.workflow_run),
    createdAt: new Date(row.created_at),
    claimedAt: timeOf(row.claimed_at),
    heartbeatAt: timeOf(row.heartbeat_at),
    finishedAt: timeOf(row.finished_at),
    leaseUntil: new Date(row.lease_until),
    cancel: row.cancel ?? undefined,
    progress: row.progress ?? undefined,
    outcome: row.outcome === null ? undefined : RunOutcome.parse(row.outcome),
    usage: await usageOf(db, row.id),
    exceeded: row.exceeded ? BudgetUse.parse(row.exceeded) : undefined,
    handedIn: await handedInBy(db, row.id),
    transcript: row.transcript ?? undefined,
  };
}
