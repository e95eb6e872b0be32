// The client of an agent that speaks the Agent Client Protocol. Runs inside the box, beside the agent: orders come as lines on
// standard input, what happened leaves as lines on standard output (parse.ts reads them). Imports nothing that is not mounted.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { answerTo, type Option, type ToolCall } from './permission.ts';

/** The first line is the task; later ones steer, or stop it. */
export type Order = { prompt: string; resume?: string } | { steer: string } | { cancel: true };
/** Handed over as the second argument; the first is the library's address. */
export type Settings = { cwd: string; roots: readonly string[]; authenticate?: string; command: readonly string[] };

type Update = { sessionUpdate: string; content?: unknown; toolCallId?: string } & ToolCall;
type Params = {
  initialize: { agentCapabilities?: { loadSession?: boolean } };
  session: { sessionId: string };
  prompt: { stopReason: string };
};
/** The part of @agentclientprotocol/sdk that is used here. */
type Context = {
  request(method: string, params: object): Promise<unknown>;
  notify(method: string, params: object): Promise<void>;
};
type Client = {
  onRequest(method: string, handle: (context: { params: { toolCall: Call; options: Option[] } }) => object): Client;
  onNotification(method: string, handle: (context: { params: { update: Update } }) => void): Client;
  connectWith(stream: unknown, work: (context: Context) => Promise<void>): Promise<void>;
};
type Sdk = {
  PROTOCOL_VERSION: number;
  client(options: { name: string }): Client;
  ndJsonStream(output: unknown, input: unknown): unknown;
};
type Call = ToolCall & { toolCallId: string; status?: string | null };

const [, , library = '', given = '{}'] = process.argv;
const settings = JSON.parse(given) as Settings;
const sdk = (await import(library)) as Sdk;

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Chunks of one message become one line. */
let message = '';
function flush(): void {
  if (message !== '') say({ type: 'message', text: message });
  message = '';
}

/** Updates name only what changed; each line tells all that is known of the call. */
const calls = new Map<string, Call>();
function told(call: Call): void {
  const known = calls.get(call.toolCallId);
  const changes = Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined && value !== null));
  const merged = { ...known, ...changes } as Call;
  calls.set(call.toolCallId, merged);
  if (!known) say({ type: 'tool', phase: 'started', call: merged });
  const over = ['completed', 'failed'];
  if (over.includes(merged.status ?? '') && !over.includes(known?.status ?? ''))
    say({ type: 'tool', phase: 'ended', call: merged });
}

/** What a session that is loaded replays is old. */
let replaying = false;
function onUpdate(update: Update): void {
  if (replaying) return;
  const { sessionUpdate: kind, toolCallId } = update;
  if (kind === 'agent_message_chunk') {
    message += (update.content as { text?: string } | undefined)?.text ?? '';
    return;
  }
  flush();
  if ((kind === 'tool_call' || kind === 'tool_call_update') && toolCallId !== undefined)
    told({ ...update, toolCallId } as Call);
  else say({ type: 'update', kind });
}

const [program = '', ...args] = settings.command;
const agent = spawn(program, args, { cwd: settings.cwd, stdio: ['pipe', 'pipe', 'inherit'] });
agent.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
agent.stdin.on('error', () => undefined);

const orders: Order[] = [];
let stopped = false;
let interrupt = () => {};
const lines = createInterface({ input: process.stdin });
const first = new Promise<Order | undefined>((resolve) => {
  lines.once('close', () => resolve(undefined));
  lines.on('line', (line) => {
    const order = JSON.parse(line) as Order;
    if ('prompt' in order) return resolve(order);
    if ('cancel' in order) stopped = true;
    else orders.push(order);
    interrupt();
  });
});

/** False: the agent does not know it any more, and begins anew. */
async function load(context: Context, session: object): Promise<boolean> {
  replaying = true;
  try {
    await context.request('session/load', session);
    return true;
  } catch (error) {
    say({ type: 'update', kind: 'session/load failed', message: String(error) });
    return false;
  } finally {
    replaying = false;
  }
}

async function work(context: Context): Promise<void> {
  const order = await first;
  if (!order || !('prompt' in order)) throw new Error('no task was given');
  const ask = <Name extends keyof Params>(method: string, params: object) =>
    context.request(method, params) as Promise<Params[Name]>;
  const { agentCapabilities } = await ask<'initialize'>('initialize', {
    protocolVersion: sdk.PROTOCOL_VERSION,
    // It reads, writes and runs things by itself, inside the box.
    clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    clientInfo: { name: 'gantry', version: '1' },
  });
  if (settings.authenticate !== undefined) await ask('authenticate', { methodId: settings.authenticate });
  const place = { cwd: settings.cwd, mcpServers: [] };
  const loaded =
    order.resume !== undefined &&
    agentCapabilities?.loadSession &&
    (await load(context, { ...place, sessionId: order.resume }));
  const sessionId =
    loaded && order.resume !== undefined ? order.resume : (await ask<'session'>('session/new', place)).sessionId;
  say({ type: 'session', id: sessionId });

  let text: string | undefined = order.prompt;
  let stopReason = 'cancelled';
  interrupt = () => void context.notify('session/cancel', { sessionId });
  while (text !== undefined && !stopped) {
    const prompt = [{ type: 'text', text }];
    stopReason = (await ask<'prompt'>('session/prompt', { sessionId, prompt })).stopReason;
    flush();
    const next = orders.shift();
    text = next && 'steer' in next ? next.steer : undefined;
  }
  say({ type: 'end', stopReason: stopped ? 'cancelled' : stopReason });
}

const client = sdk
  .client({ name: 'gantry' })
  .onRequest('session/request_permission', ({ params: { toolCall, options } }) => {
    flush();
    told(toolCall);
    const known = calls.get(toolCall.toolCallId) ?? toolCall;
    const outcome = answerTo(known, options, settings.roots);
    say({ type: 'permission', tool: known.kind ?? 'other', outcome: outcome.outcome });
    return { outcome };
  })
  .onNotification('session/update', ({ params }) => onUpdate(params.update));
try {
  await client.connectWith(sdk.ndJsonStream(Writable.toWeb(agent.stdin), Readable.toWeb(agent.stdout)), work);
} catch (error) {
  flush();
  const { code, message: said, data } = error as { code?: number; message?: string; data?: unknown };
  say({ type: 'error', code: code ?? null, message: said ?? String(error), data: data ?? null });
}
/** It may still be writing its conversation down. */
const leave = () => process.stdout.write('', () => process.exit(0));
agent.once('exit', leave);
agent.stdin.end();
if (agent.exitCode !== null || agent.signalCode !== null) leave();
setTimeout(() => {
  agent.kill('SIGKILL');
  leave();
}, 2_000);
