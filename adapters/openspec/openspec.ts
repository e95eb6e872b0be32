// The pinned openspec CLI, run in a box over files that we wrote ourselves: no link, no configuration of anybody's machine.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { Bug, Retryable } from '../../src/errors.ts';
import type { PlanValidation } from '../../src/facts/plan.ts';
import type { Sandbox } from '../sandbox/contract.ts';
import type { OpenSpec } from './contract.ts';

/** What `validate --json` prints; INFO is advice. */
const Answer = z.object({
  items: z.array(
    z.object({
      valid: z.boolean(),
      issues: z.array(
        z.object({ level: z.string(), path: z.string().optional(), line: z.number().optional(), message: z.string() }),
      ),
    }),
  ),
});

const limits = {
  wallSeconds: 30,
  memoryBytes: 1_000_000_000,
  cpus: 2,
  processes: 64,
  fileBytes: 10_000_000,
  diskBytes: 2 ** 30,
  outputBytes: 1_000_000,
};
const mostProblems = 50;
const mostJudged = 200;

/** `nodeModules` is where the pinned package is installed. */
export function createOpenSpec(sandbox: Sandbox): OpenSpec {
  const cli = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@fission-ai/openspec')),
    '..',
    'bin',
    'openspec.js',
  );
  const nodeModules = cli.slice(
    0,
    cli.lastIndexOf(`${path.sep}node_modules${path.sep}`) + `${path.sep}node_modules`.length,
  );
  const judged = new Map<string, Promise<PlanValidation>>();
  return {
    /** The same files are judged once: an approval and the last look before a merge read a plan that did not change. */
    validate(changeId, files) {
      const key = keyOf(changeId, files);
      const known = judged.get(key) ?? run(changeId, files);
      judged.delete(key);
      judged.set(key, known);
      for (const oldest of [...judged.keys()].slice(0, -mostJudged)) judged.delete(oldest);
      known.catch(() => judged.delete(key));
      return known;
    },
  };

  async function run(changeId: string, files: Parameters<OpenSpec['validate']>[1]): Promise<PlanValidation> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-openspec-'));
    try {
      for (const file of files) write(folder, file);
      const result = await sandbox.run(
        {
          mounts: [{ path: folder, writable: true }],
          toolchains: [path.dirname(path.dirname(process.execPath)), nodeModules],
          cwd: folder,
          env: ({ home, tmp }) => ({
            PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
            HOME: home,
            TMPDIR: tmp,
            OPENSPEC_TELEMETRY: '0',
            OPENSPEC_NO_UPDATE_CHECK: '1',
            DO_NOT_TRACK: '1',
            CI: 'true',
          }),
          limits,
        },
        [process.execPath, cli, 'validate', changeId, '--type', 'change', '--strict', '--json', '--no-interactive'],
      );
      return judge(result.stdout.toString('utf8'), result.stderr.toString('utf8'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Path and content of every file, with lengths, so that no two sets of files share a key. */
function keyOf(changeId: string, files: Parameters<OpenSpec['validate']>[1]): string {
  const hash = createHash('sha256').update(`${changeId}\0`);
  for (const { path: name, bytes } of files) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex');
}

function write(folder: string, { path: name, bytes }: { path: string; bytes: Uint8Array }): void {
  const target = path.join(folder, name);
  if (!target.startsWith(folder + path.sep)) throw new Bug(`a path that leaves its folder: ${name}`);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, bytes, { flag: 'wx' });
}

function judge(stdout: string, stderr: string): PlanValidation {
  const answer = Answer.safeParse(parsed(stdout));
  if (!answer.success)
    throw new Retryable(`openspec gave no answer: ${stderr.trim().slice(-300)}`, { cause: answer.error });
  const [item] = answer.data.items;
  if (!item) return { valid: false, problems: ['openspec found no such change'] };
  const problems = item.issues
    .filter(({ level }) => level !== 'INFO')
    .map(({ path: where, line, message }) =>
      `${where ?? ''}${line === undefined ? '' : `:${line}`} ${message}`.trim().slice(0, 500),
    );
  return { valid: item.valid, problems: problems.slice(0, mostProblems) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON fails the schema, and that says so with what the CLI wrote to stderr.
    return undefined;
  }
}
