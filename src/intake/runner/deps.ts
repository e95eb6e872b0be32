// What the app lends to the door for runners.
import type { GatewayTruth } from '../../../adapters/agent/contract.ts';
import type { About } from '../../facts/about.ts';
import type { Repository } from '../../facts/repository.ts';
import type { Assignment } from '../../facts/run.ts';
import type { Enqueue } from '../../journal/enqueue.ts';
import type { RunRow } from '../../journal/lease.ts';
import type { Db } from '../../journal/tables.ts';
import type { RunnerRules } from './job-rules.ts';

export type RunnerDoorDeps = {
  db: Db;
  enqueue: Enqueue;
  /** Our address as runners know it; the audience of their identity tokens. No trailing slash. */
  publicUrl: string;
  /** GITHUB_OIDC_ISSUER, no trailing slash. */
  issuer: string;
  rules: RunnerRules;
  /** Account id of our App's bot, which dispatches. */
  botId(): Promise<number>;
  /** Asked once per exchange, live or from a short cache. */
  defaultBranch(repository: Repository): Promise<string>;
  /** Absent, or undefined for one repository: the owner's id is not compared. */
  ownerId?(repository: Repository): Promise<number | undefined>;
  /** How long a lease holds without a heartbeat. */
  leaseSeconds(assignment: Assignment): number;
  /** True: the operator accepts runs without a box (the local demo). They are recorded as such either way. */
  allowUnboxed: boolean;
  /** Answers a model request (`/runner/model/<protocol>/…`) of a run whose token was checked. */
  gateway(request: Request, run: RunRow): Promise<Response>;
  /** What the gateway saw of a run. Absent: runners classify by what their relay saw. */
  truth?(run: RunRow): Promise<GatewayTruth>;
  /** Hears what was refused of a run: a stale fence, a late write, a job of its repository that may not take it. */
  onRefused?(why: string, run: string): void;
  /** Hears what was refused of nobody known: a token that is nobody's, an identity that is no job's. As often as they like. */
  onStranger?(at: 'token' | 'exchange', why: string): void;
  /** Hears failures that became a 500 or 503. */
  onError(error: unknown, about: About & { method: string; path: string }): void;
};
