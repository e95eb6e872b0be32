// First program in a box, run as a lone file by the mounted Node: opens the bridges, sets the limits, starts the command.
import { spawn } from 'node:child_process';
import { closeSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** What the parent writes, as one line of JSON, on the control channel: file descriptor 5, or the unix socket named. */
export type InsideOrder = {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  bridges: readonly { port: number; path: string }[];
  /** `prlimit` and its options, or empty where the machine has none. */
  limiter: readonly string[];
};

/** What comes back, one line each: first `ready`, then how the command ended. */
export type InsideReport = { ready: true } | { code: number | null; signal: NodeJS.Signals | null; unrouted?: number };

/**
 * Descriptors that somebody above leaked into the box are closed before hostile code starts. Node's own are marked
 * close-on-exec (octal 02000000); whatever is not came from outside.
 */
const closeInherited = () => {
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    if (fd <= 2) continue;
    try {
      const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
      if ((Number.parseInt(flags, 8) & 0o2000000) === 0) closeSync(fd);
    } catch {
      // The descriptor of the listing itself is closed by now.
    }
  }
};

/** What the kernel refused because this network has no way out, IPv4 and IPv6 together. */
const countUnrouted = (): number => {
  const [names = '', values = ''] = readFileSync('/proc/net/snmp', 'utf8').match(/^Ip: .*$/gm) ?? [];
  const four = values.split(' ')[names.split(' ').indexOf('OutNoRoutes')];
  const six = /^Ip6OutNoRoutes\s+(\d+)$/m.exec(readFileSync('/proc/net/snmp6', 'utf8'))?.[1];
  return Number(four ?? 0) + Number(six ?? 0);
};

const execute = ({ command, env, limiter }: InsideOrder, report: (ended: InsideReport, status: number) => void) => {
  const [program, ...rest] = [...limiter, ...command];
  if (program === undefined) return report({ code: 127, signal: null }, 127);
  closeInherited();
  const child = spawn(program, rest, { env: { ...env }, stdio: 'inherit' });
  child.once('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    report({ code: 127, signal: null }, 127);
  });
  child.once('exit', (code, signal) => report({ code, signal, unrouted: countUnrouted() }, code ?? 128));
  try {
    // When memory runs out the command dies before this program, which has to report it.
    if (child.pid !== undefined) writeFileSync(`/proc/${child.pid}/oom_score_adj`, '500');
  } catch {
    // A command that has ended already needs no adjustment.
  }
};

export const main = async (bridgeModule: string, controlPath: string | undefined) => {
  const { openBridge }: typeof import('./bridge.ts') = await import(bridgeModule);
  const control = controlPath === undefined ? new Socket({ fd: 5 }) : connect(controlPath);
  // A parent that is gone can neither end this box nor read it: a container would outlive the job.
  control.on('error', () => process.exit(1));
  control.on('close', () => process.exit(1));
  const report = (message: InsideReport, status?: number) =>
    control.write(`${JSON.stringify(message)}\n`, () => status !== undefined && process.exit(status));
  let received = '';
  control.setEncoding('utf8');
  control.on('data', (chunk: string) => {
    received += chunk;
    const end = received.indexOf('\n');
    if (end < 0) return;
    const order: InsideOrder = JSON.parse(received.slice(0, end));
    received = '';
    Promise.all(order.bridges.map(({ path, port }) => openBridge(path, port))).then(() => {
      report({ ready: true });
      execute(order, report);
    });
  });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv[2] ?? '', process.argv[3]);
