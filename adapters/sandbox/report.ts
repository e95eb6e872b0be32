// What a box tells its parent: the supervisor's reports, and on bubblewrap's private descriptors its own.
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { Duplex, Readable, Writable } from 'node:stream';
import { Bug } from '../../src/errors.ts';
import type { InsideReport } from './inside.ts';

export type Reports = {
  /** The supervisor ran: everything before the command worked. */
  readonly ready: boolean;
  /** How the command ended; absent when the supervisor was killed first. */
  readonly status: { exitCode: number | null; signal: NodeJS.Signals | null; unrouted?: number } | undefined;
};

export type Channel = Reports & {
  /** Host pid of the namespace's first process; absent until bubblewrap has told it. */
  readonly firstPid: number | undefined;
};

const { signals } = constants;

/** Hostile code shares the supervisor's user and could write here: lines are capped and read as data only. */
const most = 4_096;

const onLine = (stream: Readable, line: (text: string) => void) => {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(0, most);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      line(text.slice(0, end));
      text = text.slice(end + 1);
    }
  });
  // A box that dies resets its channel; what was read before stays valid.
  stream.on('error', () => {});
};

const parse = (text: string): InsideReport | null => {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours: ignored like silence.
    return null;
  }
};

const exitCodeOf = (code: unknown): number | null => (Number.isInteger(code) ? Number(code) & 255 : null);

const isSignal = (name: unknown): name is NodeJS.Signals => typeof name === 'string' && Object.hasOwn(signals, name);

const signalOf = (name: unknown): NodeJS.Signals | null => (isSignal(name) ? name : null);

type Open<T> = { -readonly [key in keyof T]: T[key] };

/** Sends the order, one line of JSON, and folds what comes back into `reports`. */
export const converse = (control: Duplex, order: string, reports: Open<Reports>): void => {
  control.write(order);
  onLine(control, (text) => {
    const report = parse(text);
    if (report === null || typeof report !== 'object') return;
    if ('ready' in report) reports.ready = true;
    else
      reports.status ??= {
        exitCode: exitCodeOf(report.code),
        signal: signalOf(report.signal),
        ...(Number.isSafeInteger(report.unrouted) && { unrouted: report.unrouted }),
      };
  });
};

/** Descriptors 3 options in, 4 bubblewrap's own report, 5 the supervisor's channel. */
export const readChannel = (child: ChildProcess, options: string, order: string): Channel => {
  const stdio: readonly unknown[] = child.stdio;
  const [, , , args, info, control] = stdio;
  if (!(args instanceof Writable) || !(info instanceof Readable) || !(control instanceof Duplex)) {
    throw new Bug('A box is started with pipes on descriptors 3, 4 and 5.');
  }
  const channel: Open<Channel> = { firstPid: undefined, ready: false, status: undefined };
  // bubblewrap that fails early reads neither; its own message and exit code tell why.
  args.on('error', () => {});
  args.end(options);
  onLine(info, (text) => {
    const pid = /"child-pid":\s*(\d+)/.exec(text)?.[1];
    if (pid !== undefined) channel.firstPid ??= Number(pid);
  });
  converse(control, order, channel);
  return channel;
};
