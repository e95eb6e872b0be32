// One agent process in one box: model requests through the relay, everything else through the egress proxy.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { AgentAdapter, AgentEvent, AgentOutcome, Installation, Launch } from '../../../adapters/agent/contract.ts';
import { Bug } from '../../errors.ts';
import { boxEnv, boxLimits } from '../box.ts';
import type { RunContext } from '../context.ts';
import { outOfTime } from '../outcome.ts';
import { redact } from '../redact.ts';
import { createEventLog } from './event-log.ts';
import { gatewayTruth } from './gateway-truth.ts';
import { openRelay } from './relay.ts';

type Work = { adapter: AgentAdapter; installation: Installation; workspace: string; prompt: string };

export async function runAgent(
  context: RunContext,
  { adapter, installation, workspace, prompt }: Work,
): Promise<AgentOutcome> {
  const { assignment, settings, adapters, place, sandbox, halt, tracker, log, evidence } = context;
  const { protocol, defaultModel } = adapter.describe();
  const model = assignment.agent.model ?? defaultModel;
  const home = await place.folder('home');
  const launch = adapter.prepare({ installation, workspace, model, prompt });
  await writeFiles(home, launch.files);
  evidence.set('agent', { name: adapter.name, version: installation.version, model });

  const relay = await openRelay({
    socketPath: place.socket('model'),
    server: settings.server,
    token: context.token,
    protocol,
    onCall: () => tracker.count('modelCalls'),
  });
  const egress = await adapters.openEgress({ socketPath: place.socket('egress'), allow: assignment.egress });
  const events = createEventLog(adapter.parse, (event) => {
    tracker.count(event.type === 'command' && event.phase === 'started' ? 'commands' : 'events');
    show(log, event);
  });
  try {
    const ended = await sandbox.run(
      {
        mounts: [{ path: workspace, writable: true }],
        toolchains: [...settings.toolchains, ...installation.readOnly],
        cwd: workspace,
        home,
        env: boxEnv(settings, (inside) => launch.env({ home: inside.home, modelUrl: inside.modelUrl ?? '' })),
        modelSocket: relay.socketPath,
        egressSocket: egress.socketPath,
        limits: boxLimits(context.secondsLeft()),
      },
      launch.command,
      { stdout: (chunk) => events.push(chunk), signal: halt.signal, stdin: Buffer.from(launch.stdin) },
    );
    events.end();
    evidence.ran(adapter.name, ended);
    if (ended.timedOut) halt.stop({ kind: 'timed_out', why: outOfTime(assignment.budget.wallSeconds) });
    if (ended.exitCode !== 0) log.quote(ended.stderr.toString('utf8').slice(-2_000));
    const gateway = await gatewayTruth(context, relay);
    return adapter.classify({ exitCode: ended.exitCode, signal: ended.signal, events: events.events(), gateway });
  } finally {
    evidence.set('events', { digest: events.digest(), counts: events.counts() });
    evidence.set('model', { calls: relay.calls() });
    evidence.egress(egress.attempts());
    await Promise.all([relay.close(), egress.close()]);
  }
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
