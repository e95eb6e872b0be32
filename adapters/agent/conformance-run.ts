// Runs an agent without a box, in directories of its own, for the conformance suite only.
import { spawn } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AgentAdapter, AgentChoice, AgentEvent, Installation, Launch } from './contract.ts';

export type AgentRun = {
  launch: Launch;
  env: Readonly<Record<string, string>>;
  workspace: string;
  home: string;
  exitCode: number | null;
  signal: string | null;
  events: readonly AgentEvent[];
  stderr: string;
  remove(): Promise<void>;
};

export type RunRequest = {
  installation: Installation;
  modelUrl: string;
  /** Called with the empty workspace before the start. */
  prepare?: ((workspace: string) => Promise<void>) | undefined;
  /**
   * What befalls it once it says that a command has started: `kill`, as a box does, or what it is told by `Launch.control`.
   */
  atCommand?: 'kill' | 'cancel' | 'steer' | undefined;
  /** What the policy says of it. */
  agent?: AgentChoice | undefined;
  /** Goes on with the conversation of this run, of which nothing but what the adapter names is there. */
  goesOn?: AgentRun | undefined;
};

export const PROMPT = 'Create hello.txt with the line hello.\n--help "$HOME" is not an option but text.';
export const GO_ON = 'Go on.';

export async function runAgent(
  adapter: AgentAdapter,
  { installation, modelUrl, prepare, atCommand, agent, goesOn }: RunRequest,
): Promise<AgentRun> {
  const root = await mkdtemp(join(tmpdir(), 'gantry-agent-'));
  const [home, workspace, tmp] = ['home', 'workspace', 'tmp'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([home, workspace, tmp].map((path) => mkdir(path)));
  await prepare?.(workspace);
  const { defaultModel, resume: patterns } = adapter.describe(agent);
  const resume = goesOn && sessionOf(goesOn);
  const prompt = goesOn ? GO_ON : PROMPT;
  const launch = adapter.prepare({ installation, workspace, model: defaultModel, agent, prompt, resume });
  for (const [path, content] of Object.entries(launch.files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
  }
  if (goesOn) await carryOver(goesOn.home, home, patterns ?? []);
  const env = launch.env({ home, modelUrl });
  const isCommand = (line: string) =>
    adapter.parse(line).some((event) => event.type === 'command' && event.phase === 'started');
  const end = await start(
    launch,
    { cwd: workspace, env: { PATH: '/usr/local/bin:/usr/bin:/bin', TMPDIR: tmp, ...env } },
    (line) => (atCommand !== undefined && isCommand(line) ? atCommand : undefined),
  );
  return {
    launch,
    env,
    workspace,
    home,
    exitCode: end.exitCode,
    signal: end.signal,
    events: end.stdout.split('\n').flatMap((line) => (line === '' ? [] : adapter.parse(line))),
    stderr: end.stderr,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

const sessionOf = ({ events }: AgentRun): string | undefined => {
  const started = events.find((event) => event.type === 'started');
  return started?.session ?? undefined;
};

async function carryOver(from: string, to: string, patterns: readonly string[]): Promise<void> {
  for (const pattern of patterns)
    for await (const folder of glob(pattern, { cwd: from }))
      await cp(join(from, folder), join(to, folder), { recursive: true });
}

type End = { exitCode: number | null; signal: string | null; stdout: string; stderr: string };

function start(
  launch: Launch,
  where: { cwd: string; env: Record<string, string> },
  befalls: (line: string) => RunRequest['atCommand'],
): Promise<End> {
  const [program = '', ...args] = launch.command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...where, stdio: 'pipe', detached: true });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const what = text
        .split('\n')
        .map(befalls)
        .find((one) => one);
      if (what === undefined || child.pid === undefined) return;
      // Its own process group: what it has started and left in it ends too.
      if (what === 'kill') process.kill(-child.pid, 'SIGKILL');
      else child.stdin.write(what === 'cancel' ? launch.control?.cancel : launch.control?.steer(GO_ON));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
    // A command that ends early closes it: its result says why.
    child.stdin.on('error', () => {});
    child.stdin.write(launch.stdin);
    if (!launch.control) child.stdin.end();
  });
}
