// What the parts of the Actions host share.
import type { JsonObject, World } from '../contract.ts';
import type { ConcurrencyGroups } from './concurrency.ts';
import type { Oidc } from './oidc.ts';
import type { Grace } from './process-groups.ts';
import type { RunRecord } from './run-record.ts';

/** What the Actions host needs of the world. */
export type ActionsWorld = Pick<
  World,
  | 'url'
  | 'root'
  | 'errors'
  | 'route'
  | 'repo'
  | 'git'
  | 'announce'
  | 'adminToken'
  | 'as'
  | 'personJson'
  | 'grantToken'
  | 'revokeToken'
  | 'onClose'
>;

export interface Artifact {
  row: JsonObject;
  name: string;
  run: number;
  repository: string;
  bytes: Buffer;
}

export interface ActionsHost {
  world: ActionsWorld;
  runs: Map<number, RunRecord>;
  artifacts: Map<number, Artifact>;
  /** `owner/name path` → workflow id. */
  workflows: Map<string, number>;
  concurrency: ConcurrencyGroups;
  oidc: Oidc;
  /** Added to the otherwise cleared environment of every job's processes. Read at each job's start. */
  runnerEnvironment: Record<string, string>;
  secrets: Record<string, string>;
  variables: Record<string, string>;
  grace: Grace;
  newId(): number;
}

export const now = (): string => new Date().toISOString();
