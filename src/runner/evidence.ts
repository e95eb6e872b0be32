// What is kept of a run beside its result: versions, commands with exit codes, digests, what the box was refused.
import { createHash } from 'node:crypto';
import { arch, platform, release } from 'node:os';
import type { BoxResult, Limits, Sandbox } from '../../adapters/sandbox/contract.ts';
import type { Assignment, RunnerOutcome } from '../facts/run.ts';
import type { EgressAttempt } from './ports.ts';
import { redact } from './redact.ts';

type Ran = { command: string; exitCode: number | null; durationMs: number };

/** Everything is optional: a run may end before it got there. Lists are cut where a hostile program could fill them. */
export type EvidenceParts = {
  /** `goesOn`: the conversation of an earlier run that it went on with. */
  agent: { name: string; version: string; model: string; goesOn?: string };
  events: { digest: string; counts: Record<string, number> };
  bundle: { sha256: string; bytes: number; commit: string; tree: string };
  /** Against the base that is trusted. */
  diff: { added: number; modified: number; removed: number; other: number };
  restored: readonly { path: string; how: string }[];
  model: { calls: number };
};

export type Evidence = {
  set<Name extends keyof EvidenceParts>(name: Name, part: EvidenceParts[Name]): void;
  /** A command that was started in a box. */
  ran(command: string, result: Pick<BoxResult, 'exitCode' | 'durationMs' | 'unenforced' | 'unrouted'>): void;
  /** `total`: also those that the proxy no longer listed. */
  egress(attempts: readonly EgressAttempt[], total: number): void;
  /** Limits that did not hold in at least one box. */
  unenforced(): (keyof Limits)[];
  toJson(end: { outcome: RunnerOutcome; sandbox: Sandbox; ephemeral: boolean }): Buffer;
};

const mostCommands = 500;
const mostAttempts = 1_000;

export function createEvidence({ run, stage, phase, start, fence }: Assignment): Evidence {
  const startedAt = new Date().toISOString();
  const parts: Partial<EvidenceParts> = {};
  const commands: Ran[] = [];
  const attempts: EgressAttempt[] = [];
  const unenforced = new Set<keyof Limits>();
  let unrouted = 0;
  let attempted = 0;
  return {
    set(name, part) {
      parts[name] = part;
    },
    ran(command, { exitCode, durationMs, unenforced: open, unrouted: refused = 0 }) {
      unrouted += refused;
      for (const limit of open) unenforced.add(limit);
      if (commands.length < mostCommands)
        commands.push({ command: redact(command).slice(0, 2_000), exitCode, durationMs: Math.round(durationMs) });
    },
    egress(more, total) {
      attempts.push(...more.slice(0, mostAttempts - attempts.length));
      attempted += total;
    },
    unenforced: () => [...unenforced],
    toJson: ({ outcome, sandbox, ephemeral }) =>
      Buffer.from(
        JSON.stringify({
          version: 1,
          run,
          stage,
          ...(phase && { phase: { n: phase.n, of: phase.of, title: phase.title } }),
          fence,
          start,
          startedAt,
          finishedAt: new Date().toISOString(),
          outcome,
          runner: { ephemeral },
          environment: { platform: platform(), release: release(), arch: arch(), node: process.version },
          sandbox: { name: sandbox.name, boxed: sandbox.boxed, unenforced: [...unenforced], unrouted },
          commands,
          egress: attempts,
          egressTotal: attempted,
          ...parts,
        }),
      ),
  };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
