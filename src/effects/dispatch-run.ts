// Starts a run: takes a slot, stores what the runner will be told, then asks GitHub to start the workflow.
// The intent is stored before the call, and a second workflow run for the same run fails at the exchange.
import type { CommandOf } from '../decide/command.ts';
import { Permanent, UserFixable } from '../errors.ts';
import { budgetSpent, budgetWaits } from '../facts/budget.ts';
import { message } from '../facts/message.ts';
import type { Policy } from '../facts/policy.ts';
import type { Repository } from '../facts/repository.ts';
import type { Assignment } from '../facts/run.ts';
import type { TicketFactOf } from '../facts/ticket.ts';
import { admit } from '../journal/admit.ts';
import { readArtifact } from '../journal/artifact.ts';
import { lastPriority } from '../journal/backlog.ts';
import { roomFor } from '../journal/budget-room.ts';
import { hasCost } from '../journal/budget-rule.ts';
import { bindWorkflowRun, endRun, readRun } from '../journal/lease.ts';
import { sayPlainly } from '../render/messages.ts';
import type { Call, Effect, Ports } from './contract.ts';
import { answerTo } from './dispatch/answer-to.ts';
import { conversationOf } from './dispatch/conversation-of.ts';
import { branchRef, fetchRefs, gitRepo } from './gather/git-access.ts';
import { livePolicy } from './gather/policy-at.ts';
import { runBudget } from './gather/run-budget.ts';
import { standingOf } from './gather/standing.ts';
import { withoutWrite } from './gather/without-write.ts';

/** Seconds between a runner's heartbeats. */
const heartbeatSeconds = 15;
/** How far back the list of workflow runs is searched for one whose dispatch was not answered. */
const searchMinutes = 60;

export const dispatchRun: Effect<'DispatchRun'> = {
  find: findStarted,

  async execute(given, ports) {
    const { run, stage } = given.command;
    if (!(await ports.git.canInspect()).ok)
      return { type: 'DispatchDeferred', run, stage, why: message('dispatch-deferred-no_box') };
    const call = await withLiveLimits(given, ports);
    const { command, repository, stream } = call;
    const unallowed = await withoutConsent(call, ports);
    if (unallowed) return unallowed;
    const start = command.start ?? (await tipOf(ports, repository, command.base));
    const short = await shortOfBudget(call, ports);
    if (short) return short;
    const admission = await admit(
      ports.db,
      {
        id: command.run,
        stream,
        repo: repository.id,
        assignment: await assignmentOf(call, ports, start),
        seconds: ports.runners.pickUpSeconds,
        head: subjectOf(command) ?? start,
        ...(command.signal && { signal: command.signal.key }),
        ...(await standingFor(call, ports)),
      },
      { repository: command.policy.concurrency, total: ports.runners.totalRuns },
    );
    if ('conflict' in admission) return answerTo(command, admission, repository);
    // It was asked for before, and what became of that is not known: it may be there.
    const started = admission.claimed.again ? await findStarted(call, ports) : undefined;
    if (started) return started;
    const answer = await startWorkflow(call, ports);
    if ('refused' in answer) {
      // Nothing was started, so the slot is free again.
      const outcome = { kind: 'failed', class: 'user_error', why: sayPlainly(answer.refused) } as const;
      await ports.db.transaction().execute((tx) => endRun(tx, command.run, outcome));
      return { type: 'DispatchRefused', run: command.run, stage: command.stage, why: answer.refused };
    }
    return dispatched(command, start, await bound(ports.db, command.run, answer.runId));
  },
};

/** Asked where tokens are about to be spent: who let it start may have lost write since, which no webhook need tell. */
async function withoutConsent(
  { command: { run, stage, consented }, repository }: Call<CommandOf<'DispatchRun'>>,
  ports: Ports,
): Promise<TicketFactOf<'DispatchDeferred'> | undefined> {
  if (consented === undefined || (await readRun(ports.db, run))) return undefined;
  const { lapsed } = await withoutWrite(ports, repository, consented);
  if (!lapsed) return undefined;
  const why = message('dispatch-deferred-start_lapsed', { who: lapsed.join(', ') });
  return { type: 'DispatchDeferred', run, stage, why, lapsed };
}

/** By the stored answer, else by its name among GitHub's runs. */
async function findStarted(
  { command, repository }: Call<CommandOf<'DispatchRun'>>,
  { db, reader, runners }: Ports,
): Promise<TicketFactOf<'RunDispatched'> | undefined> {
  const known = await readRun(db, command.run);
  if (!known) return undefined;
  if (known.workflowRun !== undefined) return dispatched(command, known.assignment.start, known.workflowRun);
  const since = new Date(Date.now() - searchMinutes * 60_000).toISOString();
  const title = runName(command);
  const found = (await reader.workflowRuns(repository, runners.workflow, since)).find(
    ({ displayTitle }) => displayTitle === title,
  );
  if (!found) return undefined;
  await bindWorkflowRun(db, command.run, found.id);
  return dispatched(command, known.assignment.start, found.id);
}

/** What a verification looks at: it may be the same tree from another start. */
const subjectOf = ({ subject }: CommandOf<'DispatchRun'>): string | undefined =>
  subject && (subject.kind === 'head' ? subject.sha : subject.tree);

/** Only a start waits for other issues. What was begun goes on in the same place of the order, without a request. */
async function standingFor({ command, repository, stream }: Call<CommandOf<'DispatchRun'>>, { db, reader }: Ports) {
  if (command.priority) return { priority: command.priority };
  if (command.stage === 'plan') return standingOf(reader, repository, command.issue);
  const priority = await lastPriority(db, stream);
  return priority ? { priority } : {};
}

/** Budgets and runners are those of now: who raised one and typed /retry waits for no other event. A policy that broke raises nothing. */
async function withLiveLimits(call: Call<CommandOf<'DispatchRun'>>, ports: Ports): Promise<typeof call> {
  const live = await livePolicy(ports, call.repository);
  if (live.status !== 'ok') return call;
  const { budgets, runners } = live.policy;
  const policy = { ...call.command.policy, budgets, runners };
  return { ...call, command: { ...call.command, policy } };
}

/** A run that could do nothing within what is left is not started. One that was admitted by an attempt before goes on. */
async function shortOfBudget(
  { command, stream, repository }: Call<CommandOf<'DispatchRun'>>,
  { db, modelOf }: Ports,
): Promise<TicketFactOf<'DispatchRefused' | 'DispatchDeferred'> | undefined> {
  const { run: id, stage, policy } = command;
  if (await readRun(db, id)) return undefined;
  const budget = runBudget(policy, stage);
  const { model, rate } = modelOf(agentOf(policy));
  const asksModel = stage !== 'verify';
  if (asksModel && !rate && hasCost(budget))
    return { type: 'DispatchRefused', stage, why: message('budget-no-price', { model }) };
  const asking = { id, stream, repo: repository.id, asksModel, ...(rate && { rate }) };
  const room = await roomFor(db, asking, budget, policy.budgets.ticketRuns);
  if (room === 'enough') return undefined;
  const { spent: use, until } = room;
  return until === undefined
    ? { type: 'DispatchRefused', stage, why: budgetSpent(use, id), use }
    : { type: 'DispatchDeferred', stage, why: budgetWaits(use), until, use };
}

const agentOf = ({ agent: name, model, acp, budgets: { modelPrice } }: Policy): Assignment['agent'] => ({
  name,
  ...(name === 'acp' && acp && { acp }),
  ...(model !== undefined && { model }),
  ...(modelPrice && { price: modelPrice }),
});

/** Always the default branch's file: another base could bring a workflow of its own. What a person must mend is an answer. */
async function startWorkflow(
  { command, repository }: Call<CommandOf<'DispatchRun'>>,
  { reader, writer, runners }: Ports,
) {
  try {
    const inputs = { run: command.run, stage: command.stage };
    return await writer.dispatchWorkflow(repository, runners.workflow, await reader.defaultBranch(repository), inputs);
  } catch (error) {
    if (error instanceof UserFixable) return { refused: message(error.messageId, error.data) };
    throw error;
  }
}

/** The workflow run that has the run: one that was started by an attempt before may have taken it meanwhile. */
async function bound(db: Ports['db'], run: string, workflowRun: number | undefined): Promise<number | undefined> {
  if (workflowRun !== undefined && (await bindWorkflowRun(db, run, workflowRun))) return workflowRun;
  return (await readRun(db, run))?.workflowRun;
}

const runName = ({ stage, run }: CommandOf<'DispatchRun'>): string => `gantry ${stage} ${run}`;

const dispatched = (
  { run, stage, signal }: CommandOf<'DispatchRun'>,
  start: string,
  workflowRun: number | undefined,
): TicketFactOf<'RunDispatched'> => ({
  type: 'RunDispatched',
  run,
  stage,
  start,
  ...(workflowRun !== undefined && { workflowRun }),
  ...(signal && { signal }),
});

async function tipOf(ports: Ports, repository: Repository, branch: string): Promise<string> {
  const ref = branchRef(branch);
  const sha = (await fetchRefs(ports, repository, [ref]))[ref];
  if (!sha) throw new Permanent(`the branch ${branch} is gone`);
  return sha;
}

async function assignmentOf(
  { command, repository, stream }: Call<CommandOf<'DispatchRun'>>,
  ports: Ports,
  start: string,
): Promise<Assignment> {
  const body = await readArtifact(ports.db, command.body);
  const { policy } = command;
  const agent = agentOf(policy);
  return {
    run: command.run,
    fence: 1,
    stage: command.stage,
    repository: {
      id: repository.id,
      fullName: `${repository.owner}/${repository.name}`,
      gitUrl: gitRepo(ports, repository).url,
    },
    ticket: {
      number: command.issue,
      title: command.title,
      body: body?.bytes.toString('utf8') ?? '',
      criteria: command.criteria,
    },
    start,
    agent,
    egress: policy.egress,
    registries: policy.registries,
    runners: policy.runners,
    layers: policy.layers,
    budget: runBudget(policy, command.stage),
    heartbeatSeconds,
    ...(command.plan && { plan: command.plan }),
    ...(command.phase && { phase: command.phase }),
    ...(command.subject && { subject: command.subject }),
    ...(policy.setup !== undefined && { setup: policy.setup }),
    ...(command.feedback !== undefined && { feedback: command.feedback }),
    ...(await conversationOf({ command, stream }, ports, { agent, start })),
  };
}
