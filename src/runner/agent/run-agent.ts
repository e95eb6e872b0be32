// One agent process in one box: model requests through the relay, everything else through the egress proxy.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { AgentAdapter, AgentEvent, AgentOutcome, Installation, Launch } from '../../../adapters/agent/contract.ts';
import { Bug } from '../../errors.ts';
import type { Conversation } from '../../facts/conversation.ts';
import { boxEnv, boxLimits, leftTooMuch } from '../box.ts';
import type { RunContext } from '../context.ts';
import { outOfTime } from '../outcome.ts';
import { continued } from '../prompt/continued.ts';
import { redact } from '../redact.ts';
import { openWayOut } from '../way-out.ts';
import { controlled } from './controlled.ts';
import { keepConversation, restoreConversation } from './conversation.ts';
import { createEventLog } from './event-log.ts';
import { gatewayTruth } from './gateway-truth.ts';
import { openRelay } from './relay.ts';
import { toldEvents } from './told-events.ts';

type Work = { adapter: AgentAdapter; installation: Installation; workspace: string; prompt: string };

/** What the agent's end means, and what it left for a later run to go on with. */
type AgentEnd = { outcome: AgentOutcome; conversation: Conversation | undefined };

export async function runAgent(
  context: RunContext,
  { adapter, installation, workspace, prompt }: Work,
): Promise<AgentEnd> {
  const { assignment, settings, place, sandbox, halt, tracker, log, evidence } = context;
  const { protocol, defaultModel, resume: patterns } = adapter.describe(assignment.agent);
  const model = assignment.agent.model ?? defaultModel;
  const home = await place.folder('home');
  const request = { installation, workspace, model, prompt, agent: assignment.agent };
  // Ours come first: what is unpacked below was written by strangers, and nothing outside a box touches the home after.
  await writeFiles(home, adapter.prepare(request).files);
  const earlier = patterns && (await goOn(context, { home, patterns, installation }));
  const launch = earlier
    ? adapter.prepare({ ...request, prompt: continued(prompt), resume: earlier })
    : adapter.prepare(request);
  evidence.set('agent', {
    name: adapter.name,
    version: installation.version,
    model,
    ...(earlier && { goesOn: earlier }),
  });

  const relay = await openRelay({
    socketPath: place.socket('model'),
    server: settings.server,
    token: context.token,
    protocol,
    onCall: () => tracker.count('modelCalls'),
  });
  const out = await openWayOut(context);
  const { egress } = out;
  const events = createEventLog(adapter.parse, (event) => {
    tracker.count(event.type === 'command' && event.phase === 'started' ? 'commands' : 'events');
    show(log, event);
  });
  try {
    const ended = await sandbox.run(
      {
        mounts: [{ path: workspace, writable: true }, ...out.mounts],
        toolchains: [...settings.toolchains, ...installation.readOnly],
        cwd: workspace,
        home,
        env: boxEnv(settings, (inside) => ({
          ...out.env,
          ...launch.env({ home: inside.home, modelUrl: inside.modelUrl ?? '' }),
        })),
        modelSocket: relay.socketPath,
        egressSocket: egress.socketPath,
        limits: boxLimits(context.secondsLeft()),
      },
      launch.command,
      { stdout: (chunk) => events.push(chunk), ...controlled(launch, halt.signal) },
    );
    events.end();
    evidence.ran(adapter.name, ended);
    if (ended.timedOut) halt.stop({ kind: 'timed_out', why: outOfTime(assignment.budget.wallSeconds) });
    if (ended.exitCode !== 0) log.quote(ended.stderr.toString('utf8').slice(-2_000));
    const { usage, ...gateway } = await gatewayTruth(context, relay);
    if (usage) evidence.set('usage', usage);
    const told = events.events();
    const outcome: AgentOutcome = ended.overDisk
      ? { kind: 'failed', class: 'agent_failed', why: `The agent ${leftTooMuch}` }
      : adapter.classify({ exitCode: ended.exitCode, signal: ended.signal, events: told, gateway });
    const id = events.session();
    const keep = patterns !== null && id !== null && !halt.signal.aborted;
    return {
      outcome,
      conversation: keep ? await keepConversation(context, { home, patterns, id, installation }) : undefined,
    };
  } finally {
    evidence.set('events', { digest: events.digest(), counts: events.counts(), last: toldEvents(events.events()) });
    evidence.set('model', { calls: relay.calls() });
    evidence.egress(egress.attempts(), egress.total());
    await Promise.all([relay.close(), out.close()]);
  }
}

/** The id of the conversation that lies in the home now; undefined: it begins anew. */
async function goOn(
  context: RunContext,
  { home, patterns, installation }: { home: string; patterns: readonly string[]; installation: Installation },
): Promise<string | undefined> {
  const { conversation } = context.assignment;
  if (conversation?.version !== installation.version) return undefined;
  const restored = await restoreConversation(context, conversation, { home, patterns });
  context.log.line(
    restored ? 'It goes on with an earlier conversation.' : 'The earlier conversation is not to be had.',
  );
  return restored ? conversation.id : undefined;
}

async function writeFiles(home: string, files: Launch['files']): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    if (isAbsolute(name) || normalize(name).startsWith('..'))
      throw new Bug(`An agent's file lies outside its home: ${name}`);
    const path = join(home, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

function show(log: RunContext['log'], event: AgentEvent): void {
  if (event.type === 'message') log.quote(redact(event.text).slice(0, 1_000));
  if (event.type === 'command' && event.phase === 'started') log.quote(`$ ${(event.command ?? '?').slice(0, 300)}`);
  if (event.type === 'error') log.quote(`error: ${event.message.slice(0, 300)}`);
}
