// What emulate has no column for.
import type { JsonObject } from './contract.ts';

export interface Ruleset {
  id: number;
  name: string;
  target: string;
  source_type: string;
  source: string;
  enforcement: string;
  conditions?: { ref_name?: { include?: string[] } };
  rules: { type: string; parameters?: JsonObject }[];
}

export interface CommitStatus {
  /** owner/name */
  repo: string;
  sha: string;
  json: JsonObject & { state: string; context: string };
}

export interface Memory {
  /** Check run id → App id. */
  checkApps: Map<number, number>;
  /** Issue comment id → App id, for comments by a person's token that an App obtained. */
  throughApps: Map<number, number>;
  /** Newest last. */
  statuses: CommitStatus[];
  rulesets: Ruleset[];
  /** For whatever needs an id of ours; never one of emulate's. */
  nextId(): number;
}

export function createMemory(): Memory {
  let id = 5_000_000;
  return { checkApps: new Map(), throughApps: new Map(), statuses: [], rulesets: [], nextId: () => ++id };
}
