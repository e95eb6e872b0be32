// A terminal that remembers, and a folder that vanishes with the test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Io } from '../../../src/cli/command.ts';

export type Terminal = { io: Io; out: string[]; err: string[]; stop(): void };

export function terminal(given: { cwd?: string; env?: Record<string, string | undefined> } = {}): Terminal {
  const out: string[] = [];
  const err: string[] = [];
  const ctrlC = new AbortController();
  const { cwd = os.tmpdir(), env = {} } = given;
  const io: Io = { out: (line) => out.push(line), err: (line) => err.push(line), env, cwd, signal: ctrlC.signal };
  return { io, out, err, stop: () => ctrlC.abort() };
}

export function folderWith(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}
