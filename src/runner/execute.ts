// A claimed run from its first folder to its result. Whatever happens, folders and processes of the run are gone at the end.
import type { GitAuth } from '../../adapters/git/contract.ts';
import { Permanent } from '../errors.ts';
import type { Assignment, Submission } from '../facts/run.ts';
import { agentStage } from './agent/agent-stage.ts';
import { chooseSandbox } from './choose-sandbox.ts';
import type { RunContext, StageResult } from './context.ts';
import { isRefused, type RunSession } from './control-plane.ts';
import { createEvidence } from './evidence.ts';
import { gitVersion } from './git-version.ts';
import type { Halt } from './halt.ts';
import { startHeartbeats } from './heartbeats.ts';
import { inert, type JobLog } from './job-log.ts';
import { outcomeOf, outcomeOfHalt, outOfTime } from './outcome.ts';
import { createPlace, type Place } from './place.ts';
import type { Adapters, Settings } from './ports.ts';
import { createTracker, type Tracker } from './tracker.ts';
import { verifyStage } from './verify/verify-stage.ts';

export type Claimed = {
  assignment: Assignment;
  token: string;
  session: RunSession;
  settings: Settings;
  adapters: Adapters;
  halt: Halt;
  log: JobLog;
};

type Parts = Claimed & { place: Place; tracker: Tracker; evidence: RunContext['evidence']; secondsLeft(): number };

/** True when the control plane took what is handed in. */
export async function execute(claimed: Claimed): Promise<boolean> {
  const { assignment, session, settings, adapters, halt, log } = claimed;
  const { wallSeconds } = assignment.budget;
  const deadline = performance.now() + wallSeconds * 1_000;
  const secondsLeft = () => Math.max(0, (deadline - performance.now()) / 1_000);
  const clock = setTimeout(() => halt.stop({ kind: 'timed_out', why: outOfTime(wallSeconds) }), wallSeconds * 1_000);
  const tracker = createTracker();
  const evidence = createEvidence(assignment);
  const heartbeats = startHeartbeats(session, { halt, tracker, log, everySeconds: assignment.heartbeatSeconds });
  const place = await createPlace();
  try {
    const result = await attempt({ ...claimed, place, tracker, evidence, secondsLeft });
    const reason = halt.reason();
    const outcome = reason ? outcomeOfHalt(reason) : result.outcome;
    if (!outcome) {
      await log.summary(`The run no longer belongs to this runner: ${inert(reason?.why ?? '')}`);
      return false;
    }
    tracker.at('upload');
    const sandbox = adapters.sandboxes[settings.sandbox];
    const { ephemeral } = settings;
    const digest = await session.upload(
      'evidence',
      evidence.toJson({ outcome, sandbox, ephemeral, git: await gitVersion() }),
    );
    const submission: Submission = {
      fence: assignment.fence,
      // A result that was stopped is none; what it left is kept all the same.
      ...(reason ? result.kept !== undefined && { kept: result.kept } : result),
      outcome,
      evidence: digest,
      runner: { ephemeral },
      sandbox: { name: sandbox.name, boxed: sandbox.boxed, unenforced: evidence.unenforced() },
    };
    return await log.group('Submit', () => handIn(session, submission, log));
  } finally {
    clearTimeout(clock);
    await heartbeats.stop();
    await place.remove();
  }
}

/** Never rejects: a failure of ours ends the run with an outcome as everything else does. */
async function attempt(parts: Parts): Promise<StageResult> {
  try {
    const context = await provision(parts);
    return await (context.assignment.stage === 'verify' ? verifyStage(context) : agentStage(context));
  } catch (error) {
    // After a stop the error is only how the step ended; the reason is known.
    if (!parts.halt.reason()) parts.log.quote(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { outcome: outcomeOf(error) };
  }
}

async function provision(parts: Parts): Promise<RunContext> {
  const { assignment, settings, adapters, place, log, halt } = parts;
  return log.group('Provision', async () => {
    const sandbox = await chooseSandbox(settings, adapters, log);
    const { store, workspaces } = adapters.git(await place.folder('git'), sandbox);
    const repo = { id: String(assignment.repository.id), url: assignment.repository.gitUrl };
    const auth: GitAuth = async () =>
      settings.githubToken === undefined ? null : { username: 'x-access-token', password: settings.githubToken };
    const { start, plan, phase, subject } = assignment;
    const head = subject?.kind === 'head' ? [subject.sha] : [];
    const shas = [
      ...new Set([start, ...(plan ? [plan.trustedBase] : []), ...(phase ? [phase.approved] : []), ...head]),
    ];
    await store.mirror(repo, auth, { shas });
    settings.githubToken = undefined;
    for (const sha of shas)
      if (!(await store.has(repo, sha)))
        throw new Permanent(`The repository has no commit ${sha}; was it force-pushed away?`);
    halt.signal.throwIfAborted();
    return { ...parts, sandbox, store, workspaces, repo };
  });
}

async function handIn(session: RunSession, submission: Submission, log: JobLog): Promise<boolean> {
  const { outcome } = submission;
  const why = 'why' in outcome ? `: ${inert(outcome.why)}` : '';
  await log.summary(`Outcome: **${outcome.kind}**${why}`);
  const answer = await session.submit(submission);
  if (!isRefused(answer)) return true;
  await log.summary(`The control plane refused the result (${answer.refused.status}): ${inert(answer.refused.detail)}`);
  return false;
}
