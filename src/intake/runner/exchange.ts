// A job's identity for a run's token, once. A second exchange means that two jobs claim one run: neither may go on.

import { Repository } from '../../facts/repository.ts';
import { finishedKey, type RunOutcome } from '../../facts/run.ts';
import { append } from '../../journal/append.ts';
import { endRun, type RunRow, readRun, takeLease } from '../../journal/lease.ts';
import type { Db, Tx } from '../../journal/tables.ts';
import { runnerProblem } from '../problem.ts';
import type { RunnerDoorDeps } from './deps.ts';
import type { IdentityVerifier, JobClaims } from './identity.ts';
import { type Expected, mismatches } from './job-rules.ts';
import { hashRunToken, mintRunToken } from './run-token.ts';
import type { ExchangeAnswer, ExchangeRequest } from './wire.ts';

type Deps = Pick<RunnerDoorDeps, 'db' | 'enqueue' | 'rules' | 'botId' | 'defaultBranch' | 'ownerId' | 'leaseSeconds'>;

export async function exchange(
  deps: Deps,
  verify: IdentityVerifier,
  { run: id, token }: ExchangeRequest,
): Promise<ExchangeAnswer | Response> {
  const identified = await verify(token);
  if (!identified.ok) return runnerProblem(401, 'identity', `The identity token is refused: ${identified.why}.`);
  const { claims } = identified;
  const run = await readRun(deps.db, id);
  // A job of another repository learns no more than that this is none of its runs.
  if (!run || claims.repository_id !== String(run.repo))
    return runnerProblem(
      404,
      'unknown_run',
      'This repository has no such run. Gantry starts runs by itself; type /retry on the issue.',
    );
  const wrong = mismatches(claims, await expectedOf(deps, run));
  if (wrong.length > 0) {
    const detail = wrong.map(({ claim, must }) => `${claim} must ${must}`).join('; ');
    return runnerProblem(
      403,
      'claims',
      `This job may not take the run: ${detail}.`,
      wrong.map(({ claim, must }) => ({ field: claim, message: `must ${must}` })),
    );
  }
  return deps.db.transaction().execute((tx) => take(tx, deps, run, claims));
}

async function expectedOf(deps: Deps, run: RunRow): Promise<Expected> {
  const repository = await repositoryOf(deps.db, run);
  const [botId, defaultBranch, ownerId] = await Promise.all([
    deps.botId(),
    deps.defaultBranch(repository),
    deps.ownerId?.(repository),
  ]);
  const fullName = `${repository.owner}/${repository.name}`;
  return {
    rules: deps.rules,
    runners: run.assignment.runners ?? ['self-hosted'],
    repositoryId: run.repo,
    ownerId,
    fullName,
    defaultBranch,
    botId,
    workflowRun: run.workflowRun,
  };
}

async function repositoryOf(db: Db, run: RunRow): Promise<Repository> {
  const row = await db.selectFrom('stream').select('repository').where('id', '=', run.stream).executeTakeFirstOrThrow();
  return Repository.parse(row.repository);
}

async function take(tx: Tx, deps: Deps, run: RunRow, claims: JobClaims): Promise<ExchangeAnswer | Response> {
  const token = mintRunToken();
  const workflowRun = Number(claims.run_id);
  const taken = await takeLease(tx, run.id, {
    workflowRun,
    identity: `${claims.run_attempt}/${claims.check_run_id}`,
    tokenHash: hashRunToken(token),
    seconds: deps.leaseSeconds(run.assignment),
  });
  if ('taken' in taken) {
    const { fence, assignment } = taken.taken;
    const fact = { type: 'RunClaimed', run: run.id, workflowRun, start: assignment.start } as const;
    await append(tx, deps.enqueue, { stream: run.stream, key: `run:${run.id}:claimed`, fact });
    return { token, fence, assignment };
  }
  switch (taken.refused) {
    case 'unknown':
      return runnerProblem(404, 'unknown_run', 'The run is gone. Type /retry on the issue.');
    case 'other_workflow_run':
      return runnerProblem(
        409,
        'other_workflow_run',
        'Another workflow run was dispatched for this run. Nothing is to be done here.',
      );
    case 'ended':
      return runnerProblem(
        409,
        'ended',
        'The run has ended or was withdrawn before it was claimed. Type /retry on the issue.',
      );
    case 'taken_before':
      return endBoth(tx, deps, run);
  }
}

async function endBoth(tx: Tx, deps: Deps, run: RunRow): Promise<Response> {
  const outcome: RunOutcome = {
    kind: 'failed',
    class: 'auth',
    why: 'Its job claimed the run a second time, so the first token may be in other hands; the run was ended.',
  };
  if (await endRun(tx, run.id, outcome)) {
    const fact = { type: 'RunLost', run: run.id, outcome } as const;
    await append(tx, deps.enqueue, { stream: run.stream, key: finishedKey(run.id), fact });
  }
  return runnerProblem(
    409,
    'claimed_before',
    'This run was claimed before, and a run is claimed once. It is ended now, and nothing that was claimed first is accepted. Type /retry on the issue.',
  );
}
