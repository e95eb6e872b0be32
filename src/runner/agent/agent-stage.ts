// The plan and the implement stage: an agent works on a checkout in a box, and what it left is taken out as a bundle.
import type { AgentAdapter } from '../../../adapters/agent/contract.ts';
import type { HeldFile } from '../../../adapters/git/contract.ts';
import { Permanent } from '../../errors.ts';
import { changeFolder } from '../../facts/plan.ts';
import { readTestPlan } from '../../intake/text/plan.ts';
import { mostBundleBytes } from '../box.ts';
import { checkOut } from '../checkout.ts';
import type { RunContext, StageResult } from '../context.ts';
import { sha256 } from '../evidence.ts';
import { outcomeOfHalt } from '../outcome.ts';
import { type ApprovedPlan, implementPrompt } from '../prompt/implement.ts';
import { planPrompt } from '../prompt/plan.ts';
import { readChanges } from '../read-changes.ts';
import { oneLine } from '../redact.ts';
import { keepWork } from './keep-work.ts';
import { phaseBrief } from './phase-brief.ts';
import { runAgent } from './run-agent.ts';
import { steeringFiles } from './steering-files.ts';
import { linksOf } from './steering-links.ts';

const mostPlanBytes = 256 * 1024;

export async function agentStage(context: RunContext): Promise<StageResult> {
  const { assignment, adapters, settings, tracker, log } = context;
  const adapter = adapters.agents[assignment.agent.name];
  const prompt = await promptOf(context);
  const { workspace, held } = await log.group('Check out', () => prepare(context, adapter));
  tracker.at('install');
  const installation = await log.group(`Install ${adapter.name}`, () => adapter.install(settings.agentsDirectory));
  log.line(`${adapter.name} ${installation.version}`);
  tracker.at('agent');
  const ended = await log.group(`Run ${adapter.name}`, () =>
    runAgent(context, { adapter, installation, workspace, prompt }),
  );
  const stopped = context.halt.reason();
  const outcome = stopped ? outcomeOfHalt(stopped) : ended.outcome;
  const conversation = ended.conversation && !stopped ? { conversation: ended.conversation } : {};
  if (outcome && outcome.kind !== 'completed') {
    const left = await log.group('Keep what is there', () => keepWork(context, workspace, held));
    return { outcome, ...conversation, ...left };
  }
  context.halt.signal.throwIfAborted();
  tracker.at('collect');
  const result = await log.group('Collect the result', () =>
    collect(context, { workspace, held }, outcome?.message ?? null),
  );
  return { ...result, ...conversation };
}

type Prepared = { workspace: string; held: readonly HeldFile[] };

/** Every file that steers the agent is the base's, also where the branch has another one. */
async function prepare(context: RunContext, adapter: AgentAdapter): Promise<Prepared> {
  const { assignment, store, repo, evidence, log } = context;
  const { start, plan, agent } = assignment;
  const base = plan?.trustedBase ?? start;
  const changed = await readChanges(context, base, start);
  const links = changed.length > 0 ? await linksOf(store, repo, base) : new Map();
  const held = steeringFiles(changed, adapter.describe(agent).steeredBy, links);
  const restored = held.map(({ path, at }) => ({ path, how: at ? 'restore' : 'remove' }) as const);
  if (restored.length > 0) evidence.set('restored', restored.slice(0, 1_000));
  for (const { path, how } of restored) log.quote(`${how === 'restore' ? 'as in the base' : 'left out'}: ${path}`);
  return { workspace: await checkOut(context, start, 'work', held), held };
}

async function promptOf(context: RunContext): Promise<string> {
  const { assignment } = context;
  if (assignment.stage === 'plan') return planPrompt(assignment);
  const { plan } = assignment;
  if (!plan) throw new Permanent('The assignment of an implement run names no approved plan.');
  const approved = await readApproved(context, changeFolder(plan.changeId));
  const { phase } = assignment;
  if (!phase) return implementPrompt({ ...assignment, plan }, approved);
  const { tasks = '' } = approved;
  const brief = await phaseBrief(context, phase, { tasks, scope: plan.scope });
  return implementPrompt({ ...assignment, plan }, { ...approved, phase: brief });
}

/** From the mirror's objects, never from a folder that an agent can write. */
async function readApproved({ store, repo, assignment }: RunContext, folder: string): Promise<ApprovedPlan> {
  const at = assignment.phase?.approved ?? assignment.start;
  const text = async (name: string) => {
    const blob = await store.readBlob(repo, at, `${folder}${name}`, mostPlanBytes);
    return blob.ok ? blob.bytes.toString('utf8') : undefined;
  };
  const testPlan = readTestPlan((await text('test-plan.json')) ?? '');
  return { tasks: await text('tasks.md'), testPlan: testPlan.status === 'ok' ? testPlan.plan : undefined };
}

/** In a fresh box with a repository of ours: whatever the agent made of its `.git` is not looked at. */
async function collect(
  context: RunContext,
  { workspace, held }: Prepared,
  message: string | null,
): Promise<StageResult> {
  const { assignment, store, repo, workspaces, session, evidence, tracker, log } = context;
  const collected = await workspaces.collect({
    bare: store.directory(repo),
    start: assignment.start,
    workspace,
    held,
    maxBytes: mostBundleBytes,
    seconds: Math.max(1, Math.min(600, context.secondsLeft())),
  });
  context.halt.signal.throwIfAborted();
  if (!collected.ok && collected.reason === 'held') {
    const why = `It changed files that steer agents. The branch has other versions of them than the base, which the agent was shown, so the two cannot be joined: ${oneLine(collected.detail)}`;
    return { outcome: { kind: 'failed', class: 'policy_blocked', why }, ...(await keepWork(context, workspace, [])) };
  }
  if (!collected.ok) {
    const why = oneLine(collected.detail);
    return {
      outcome: { kind: 'failed', class: collected.reason === 'timeout' ? 'infrastructure' : 'policy_blocked', why },
    };
  }
  if (!collected.changed) {
    const said = message === null ? '' : ` It said: "${oneLine(message, 200)}"`;
    return { outcome: { kind: 'no_change', why: `The agent ended without changing a file.${said}` } };
  }
  const { bundle, patch, commit, tree, diff } = collected;
  evidence.set('diff', diff);
  tracker.at('upload');
  const artifact = await session.upload('bundle', bundle);
  if (artifact !== sha256(bundle)) throw new Permanent('The bundle arrived with another digest than it was sent with.');
  evidence.set('bundle', { sha256: artifact, bytes: bundle.length, commit, tree });
  log.line(`Tree ${tree}, bundle of ${bundle.length} bytes.`);
  const replay = patch === null ? {} : { patch: await session.upload('patch', patch) };
  return { outcome: { kind: 'delivered' }, bundle: { artifact, commit, ...replay } };
}
