// What the program lends from outside: adapters as values, so that nothing here but main.ts knows an implementation.
import type { AgentAdapter } from '../../adapters/agent/contract.ts';
import type { GitStore, WorkspaceGit } from '../../adapters/git/contract.ts';
import type { Sandbox } from '../../adapters/sandbox/contract.ts';
import type { AgentName } from '../facts/policy.ts';

/** One connection that a box asked its proxy for. */
export type EgressAttempt = { at: number; host: string; port: number; decision: 'allow' | 'deny'; why?: string };

/** The proxy behind a box's egress socket. */
export type Egress = {
  socketPath: string;
  /** PEM of the certificate that the box must trust for its registries; absent when nothing is read with a credential. */
  authority: string | undefined;
  attempts(): readonly EgressAttempt[];
  total(): number;
  close(): Promise<void>;
};

export type Adapters = {
  sandboxes: Readonly<Record<Sandbox['name'], Sandbox>>;
  /** `directory` is private to the run and exists. */
  git(directory: string, sandbox: Sandbox): { store: GitStore; workspaces: WorkspaceGit };
  agents: Readonly<Record<AgentName, AgentAdapter>>;
  openEgress(options: {
    socketPath: string;
    allow: readonly string[];
    registries: { urls: readonly string[]; credentials: Readonly<Record<string, string>> };
  }): Promise<Egress>;
};

/** What the machine's operator and the workflow decided; read from the environment and the arguments by main.ts. */
export type Settings = {
  run: string;
  /** No trailing slash. */
  server: string;
  /** Absent: the identity token cannot be asked for, which ends the run before it began. Forgotten once it was used. */
  identity: { url: string; token: string } | undefined;
  /** Reads the target repository; absent for a public one. Forgotten once the repository is mirrored. */
  githubToken: string | undefined;
  /** By registry host, the value of the header `Authorization`; lent to the egress proxy and to nothing else. */
  registryCredentials: Readonly<Record<string, string>>;
  sandbox: Sandbox['name'];
  /** GitHub gives this machine one job and no other. */
  ephemeral: boolean;
  /** Where agent CLIs are installed, shared between runs. */
  agentsDirectory: string;
  /** Host paths that a box sees read-only, and the directories of theirs that lead its PATH. */
  toolchains: readonly string[];
  path: readonly string[];
  /** File that GitHub shows as the job's summary. */
  summaryFile: string | undefined;
};
