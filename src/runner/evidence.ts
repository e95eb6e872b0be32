// Collects what is kept of a run beside its result, as src/facts/evidence.ts describes it.
import { createHash } from 'node:crypto';
import { arch, platform, release } from 'node:os';
import type { BoxResult, Limits, Sandbox } from '../../adapters/sandbox/contract.ts';
import type { EvidenceRecord } from '../facts/evidence.ts';
import type { Assignment, RunnerOutcome, Usage } from '../facts/run.ts';
import { boxLimits } from './box.ts';
import type { EgressAttempt } from './ports.ts';
import { redact } from './redact.ts';

/** Everything is optional: a run may end before it got there. Lists are cut where a hostile program could fill them. */
type Parts = Partial<
  Pick<EvidenceRecord, 'agent' | 'events' | 'model' | 'layers' | 'diff' | 'bundle' | 'restored'> & { usage: Usage }
>;

type End = { outcome: RunnerOutcome; sandbox: Sandbox; ephemeral: boolean; git: string | null };

export type Evidence = {
  set<Name extends keyof Parts>(name: Name, part: NonNullable<Parts[Name]>): void;
  /** A command that was started in a box. */
  ran(
    command: string,
    result: Pick<BoxResult, 'exitCode' | 'durationMs' | 'unenforced' | 'overDisk' | 'unrouted'>,
  ): void;
  /** `total`: also those that the proxy no longer listed. */
  egress(attempts: readonly EgressAttempt[], total: number): void;
  /** Limits that did not hold in at least one box. */
  unenforced(): string[];
  toJson(end: End): Buffer;
};

const mostCommands = 500;
const mostAttempts = 1_000;

export function createEvidence({ run, stage, phase, start, fence, budget }: Assignment): Evidence {
  const startedAt = new Date();
  const parts: Parts = {};
  const commands: EvidenceRecord['commands'] = [];
  const attempts: EgressAttempt[] = [];
  const unenforced: Record<string, string> = {};
  let overDisk = false;
  let unrouted = 0;
  let attempted = 0;
  const record = ({ outcome, sandbox, ephemeral, git }: End): EvidenceRecord => {
    const finishedAt = new Date();
    const { usage, ...told } = parts;
    return {
      version: 2,
      run,
      stage,
      ...(phase && { phase: { n: phase.n, of: phase.of, title: phase.title } }),
      fence,
      start,
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
      outcome,
      runner: { ephemeral },
      environment: { platform: platform(), release: release(), arch: arch(), node: process.version, git },
      commands,
      ...told,
      budget: {
        limits: budget,
        used: {
          wallSeconds: Math.round((finishedAt.getTime() - startedAt.getTime()) / 1_000),
          ...(usage && { model: usage }),
        },
      },
      egress: attempts,
      egressTotal: attempted,
      sandbox: { name: sandbox.name, boxed: sandbox.boxed, limits: limitsOfEach(), unenforced, overDisk, unrouted },
    };
  };
  return {
    set(name, part) {
      parts[name] = part;
    },
    ran(command, result) {
      const { exitCode, durationMs } = result;
      unrouted += result.unrouted ?? 0;
      overDisk ||= result.overDisk;
      Object.assign(unenforced, result.unenforced);
      if (commands.length < mostCommands)
        commands.push({ command: redact(command).slice(0, 2_000), exitCode, durationMs: Math.round(durationMs) });
    },
    egress(more, total) {
      attempts.push(...more.slice(0, mostAttempts - attempts.length));
      attempted += total;
    },
    unenforced: () => Object.keys(unenforced),
    toJson: (end) => Buffer.from(JSON.stringify(record(end))),
  };
}

/** The same for every box of a run, time and output aside. */
function limitsOfEach(): Omit<Limits, 'wallSeconds' | 'outputBytes'> {
  const { memoryBytes, cpus, processes, fileBytes, diskBytes } = boxLimits(0);
  return { memoryBytes, cpus, processes, fileBytes, diskBytes };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
