// The app as a child, and once it listens, the channel in front of it. Whichever ends first ends both.
import { setTimeout as pause } from 'node:timers/promises';
import { aborted } from '../aborted.ts';
import type { Io } from '../command.ts';
import { runChild } from '../run-child.ts';
import { forward } from './forward.ts';

export type DevOptions = {
  /** The program's file and arguments. */
  app: readonly string[];
  port: number;
  channel: string;
  /** Tells of progress beside the app's own output. */
  io: Io;
};

/** The app's exit code; 0 after Ctrl-C when the app stopped in order. */
export async function runDev({ app, port, channel, io }: DevOptions): Promise<number> {
  const ended = new AbortController();
  const signal = AbortSignal.any([io.signal, ended.signal]);
  const child = runChild(app, { ...io, signal }, { apart: true }).finally(() => ended.abort());
  // Handled below, whatever else fails first: until then a failure is no unhandled one.
  child.catch(() => {});
  try {
    if (await listening(`http://127.0.0.1:${port}/health`, signal)) {
      const smee = await forward(channel, `http://127.0.0.1:${port}/api/github/webhooks`, { ...io, signal });
      await aborted(signal);
      await smee.stop();
    }
  } finally {
    ended.abort();
    // Its outcome is returned below; here it is only waited for.
    await Promise.allSettled([child]);
  }
  return child;
}

/** Only then: smee tells GitHub that a delivery arrived although nobody took it. False when aborted before. */
async function listening(health: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    // Refused: it does not listen yet.
    const answer = await fetch(health, { signal }).catch(() => undefined);
    if (answer?.ok) return true;
    await pause(200, undefined, { signal }).catch(() => {
      // Aborted: the loop's condition ends it.
    });
  }
  return false;
}
