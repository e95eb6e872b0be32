// The shape of an effect: one command, executed once, answered by exactly one fact.

import type { GitStore } from '../../adapters/git/contract.ts';
import type { GitHubReader, GitHubWriter } from '../../adapters/github/contract.ts';
import type { OpenSpec } from '../../adapters/openspec/contract.ts';
import type { Command, CommandOf } from '../decide/command.ts';
import type { Fact } from '../facts/fact.ts';
import type { Repository } from '../facts/repository.ts';
import type { Assignment } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import type { Db } from '../journal/tables.ts';
import type { Standing } from './guard/guard-writes.ts';

/** What the composition root lends to effects; each takes the members that it uses. */
export type Ports = {
  reader: GitHubReader;
  writer: GitHubWriter;
  git: GitStore;
  openspec: OpenSpec;
  db: Db;
  /** What keeps a repository still: asked before anything is written, and again right before a merge. */
  standing: Standing;
  /** Where git lives: not the API's host. No trailing slash. */
  serverUrl: string;
  /** Where runners reach us, the workflow file that starts them, and how many may run over all repositories. */
  runners: { publicUrl: string; workflow: string; totalRuns: number; pickUpSeconds: number };
  /** What a token of the agent's model costs at most, in micro-dollars; `rate` is undefined where no price is known. */
  modelOf(agent: Assignment['agent']): { model: string; rate: { input: number; output: number } | undefined };
  /** Milliseconds that GitHub's lists may lag behind its writes; after an unclear answer they are read twice. */
  listLagMs: number;
  /** The key that signs our commits where one is configured. */
  signingKey: string | undefined;
};

export type Call<C extends Command> = {
  command: C;
  /** The same for every attempt; what is written outside carries it, so that `find` can find it. */
  key: string;
  stream: StreamId;
  repository: Repository;
  /** Aborted when the job's time is up. */
  signal: AbortSignal;
};

export type Effect<Type extends Command['type']> = {
  /** Asked before every attempt after the first. Left out only where repeating is harmless. */
  find?(call: Call<CommandOf<Type>>, ports: Ports): Promise<Fact | undefined>;
  execute(call: Call<CommandOf<Type>>, ports: Ports): Promise<Fact>;
};

export type Effects = { [Type in Command['type']]: Effect<Type> };
