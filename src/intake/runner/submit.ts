// The end of a run as its runner tells it: checked against the assignment, then row and fact change in one transaction.
import { isDeepStrictEqual } from 'node:util';
import type { LayerName } from '../../facts/policy.ts';
import { finishedKey, type Isolation, type Submission } from '../../facts/run.ts';
import { append } from '../../journal/append.ts';
import { countedOutcome } from '../../journal/budget.ts';
import { finishRun, type RunRow, usageOf } from '../../journal/lease.ts';
import { acceptedSubmission } from '../../journal/submission.ts';
import type { Db } from '../../journal/tables.ts';
import { type Problem, runnerProblem } from '../problem.ts';
import { budgetedOutcome } from './budgeted-outcome.ts';
import type { RunnerDoorDeps } from './deps.ts';
import type { Submitted } from './wire.ts';

type Deps = Pick<RunnerDoorDeps, 'db' | 'enqueue' | 'allowUnboxed' | 'onRefused'>;

export async function submit(deps: Deps, run: RunRow, submission: Submission): Promise<Submitted | Response> {
  if (submission.fence !== run.fence) {
    deps.onRefused?.(`the fence ${submission.fence} is stale`, run.id);
    return runnerProblem(
      409,
      'stale_fence',
      'The fence is not that of the lease: another runner holds this run. Stop here.',
    );
  }
  const problems = [...contentProblems(run, submission), ...(await missingArtifacts(deps.db, submission))];
  if (problems.length > 0)
    return runnerProblem(422, 'submission', 'The submission does not fit its assignment.', problems);
  return deps.db.transaction().execute(async (tx) => {
    const outcome = await budgetedOutcome(tx, deps.enqueue, run, submission.outcome);
    const done = await finishRun(tx, run.id, outcome, submission.fence);
    if ('refused' in done) {
      deps.onRefused?.(done.why, run.id);
      return runnerProblem(
        409,
        'ended',
        'The run has ended meanwhile; its result is not taken. Type /retry on the issue.',
      );
    }
    const fact = {
      type: 'RunFinished',
      run: run.id,
      stage: run.assignment.stage,
      submission: { ...submission, outcome },
      usage: await usageOf(tx, run.id),
      isolation: isolationOf(submission, deps.allowUnboxed),
    } as const;
    await append(tx, deps.enqueue, { stream: run.stream, key: finishedKey(run.id), fact });
    return { accepted: true, repeated: false };
  });
}

/**
 * The answer to a submission was lost and it is sent again, with a token that has died. Only somebody who knows all of the
 * accepted submission learns that it was accepted.
 */
export async function submittedBefore(db: Db, run: string, submission: Submission): Promise<boolean> {
  const accepted = await acceptedSubmission(db, run);
  if (!accepted) return false;
  // The outcome on record is ours where the gateway's count ended the run.
  const told = (await countedOutcome(db, run)) ? { ...submission, outcome: accepted.outcome } : submission;
  return isDeepStrictEqual(accepted, told);
}

const isolationOf = ({ sandbox, runner }: Submission, allowUnboxed: boolean): Isolation =>
  sandbox.boxed ? (runner?.ephemeral ? 'box' : 'reused') : allowUnboxed ? 'none_allowed' : 'none';

/** A verify run that says "delivered" speaks for every configured layer, so none of them may be missing or skipped. */
function contentProblems(
  { assignment }: RunRow,
  { outcome, bundle, layers, conversation }: Submission,
): NonNullable<Problem['problems']> {
  if (assignment.stage !== 'verify')
    return [
      ...(outcome.kind === 'delivered' && !bundle
        ? [{ field: 'bundle', message: 'a delivered plan or implementation has a bundle' }]
        : []),
      ...(layers ? [{ field: 'layers', message: `a ${assignment.stage} run has no layers` }] : []),
    ];
  const told = layers ?? [];
  const twice = told.some(({ layer }, index) => told.findIndex((other) => other.layer === layer) !== index);
  const configured = Object.keys(assignment.layers) as LayerName[];
  const silent = configured.filter(
    (name) => !told.some(({ layer, conclusion }) => layer === name && conclusion !== 'skipped'),
  );
  return [
    ...(bundle ? [{ field: 'bundle', message: 'a verify run makes no bundle' }] : []),
    ...(conversation ? [{ field: 'conversation', message: 'a verify run asks no agent' }] : []),
    ...(twice ? [{ field: 'layers', message: 'a layer stands there twice' }] : []),
    ...(outcome.kind === 'delivered'
      ? silent.map((name) => ({ field: 'layers', message: `the configured layer ${name} has no result` }))
      : []),
  ];
}

async function missingArtifacts(
  db: Db,
  { bundle, kept, evidence, conversation }: Submission,
): Promise<NonNullable<Problem['problems']>> {
  const named = [
    { field: 'bundle.artifact', digest: bundle?.artifact },
    { field: 'bundle.patch', digest: bundle?.patch },
    { field: 'kept', digest: kept },
    { field: 'evidence', digest: evidence },
    { field: 'conversation.artifact', digest: conversation?.artifact },
  ].flatMap(({ field, digest }) => (digest === undefined ? [] : [{ field, digest }]));
  if (named.length === 0) return [];
  const rows = await db
    .selectFrom('artifact')
    .select('digest')
    .where(
      'digest',
      'in',
      named.map(({ digest }) => digest),
    )
    .execute();
  return named
    .filter(({ digest }) => !rows.some((row) => row.digest === digest))
    .map(({ field }) => ({ field, message: 'no artifact with this digest was uploaded' }));
}
