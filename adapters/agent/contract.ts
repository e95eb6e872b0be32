// What Gantry needs to know about a coding agent's command line. Data and pure functions; the runner starts the process.
import type { AgentName, ModelProtocol } from '../../src/facts/policy.ts';
import type { Assignment, RunnerOutcome, Usage } from '../../src/facts/run.ts';

export type { ModelProtocol };

/** Which agent the policy names, and how. */
export type AgentChoice = Assignment['agent'];

export type Capabilities = {
  protocol: ModelProtocol;
  /** Used when policy names no model. */
  defaultModel: string;
  /** Models that the CLI also asks by itself (summaries, checks), whatever model was chosen. The gateway must allow them. */
  sideModels: readonly string[];
  /**
   * Where below its home the CLI keeps a conversation: shell patterns of folders, all of whose files are carried over when
   * a later run continues it. Null: `LaunchRequest.resume` is never given.
   */
  resume: readonly string[] | null;
  /**
   * Globs of what the CLI reads in a repository to learn how to behave: instructions, settings, hooks, servers, skills. A run
   * sees the base's version of them, whatever its branch holds, and case does not matter.
   */
  steeredBy: readonly string[];
  /** While it runs it can be asked to stop, or to do something else: its launch has `control`. */
  steer: boolean;
  /** The event stream names every shell command. False: commands may run that no event shows. */
  reportsEveryCommand: boolean;
  /** The event stream carries what commands print. */
  reportsOutput: boolean;
  /** The event stream tells the tokens. False: only the gateway knows them. */
  reportsUsage: boolean;
};

/** An installed CLI. Immutable once returned and shared by every run on the machine. */
export type Installation = {
  version: string;
  /** Directory that holds `node_modules`. */
  root: string;
  /** Real host paths that a box mounts read-only at the same path; `root` is one of them. */
  readOnly: readonly string[];
};

export type LaunchRequest = {
  installation: Installation;
  /** Absolute path of the checkout as the process sees it; also the working directory of the command. */
  workspace: string;
  model: string;
  /** Absent only where an adapter needs none of it. */
  agent?: AgentChoice | undefined;
  /** Untrusted text. It travels by standard input: no length limit, never in the process list, never an option. */
  prompt: string;
  /** The session that an earlier run's `started` told, whose files lie in the home by then: it goes on with this prompt. */
  resume?: string | undefined;
};

/** What is known only once the box is there; part of the sandbox's own `Inside`. */
export type LaunchInside = {
  /** Absolute path of the agent's private, writable home. */
  home: string;
  /** Where the model answers: `http://127.0.0.1:<port>`, no trailing slash. */
  modelUrl: string;
};

/** Only `env` depends on the box; the rest can be made, and the files written, before there is one. */
export type Launch = {
  /** Absolute program first. Contains no secret and no prompt. */
  command: readonly string[];
  /** Environment beside PATH and TMPDIR, which the runner sets. Keys in it are dummies: the gateway holds the real one. */
  env(inside: LaunchInside): Readonly<Record<string, string>>;
  /** Path relative to home → content. To be written before the command starts. */
  files: Readonly<Record<string, string>>;
  /** Everything for standard input, which is then closed unless there is `control`. */
  stdin: string;
  /** What may be written to standard input later on. Absent: all that can be done is to end its box. */
  control?: {
    /** It stops what it does and ends by itself within seconds; it may have more to say until then. */
    cancel: string;
    /** It leaves what it does and goes on with this instead, knowing what went before. */
    steer(text: string): string;
  };
};

export type FileChange = { path: string; kind: 'add' | 'update' | 'delete' };

/**
 * One thing an agent said about itself. Nothing here is evidence: a hostile process can print any of it. Texts are cut
 * to `EVENT_TEXT_LIMIT` characters. Fields are null when the line does not say.
 */
export type AgentEvent =
  | { type: 'started'; session: string | null; model: string | null }
  | { type: 'message'; text: string }
  /** `id` joins the start and the end of one command. */
  | {
      type: 'command';
      id: string;
      phase: 'started' | 'ended';
      command: string | null;
      exitCode: number | null;
      output: string | null;
    }
  | { type: 'file_change'; changes: readonly FileChange[] }
  /** Totals of the run so far as the CLI counts them; for display only, the gateway's count is the truth. */
  | { type: 'usage'; usage: Usage; cachedInputTokens: number }
  | { type: 'retry'; attempt: number; status: number | null }
  /** Not the end of the run: a `finished` event or the end of the stream is. */
  | { type: 'error'; message: string }
  /** The terminal event. A stream without one means that the process died. */
  | { type: 'finished'; ok: boolean; reason: FinishReason; status: number | null }
  /** A line that means nothing here, kept for the log; `kind` is its own type field or `text` when it is not JSON. */
  | { type: 'other'; kind: string; line: string };

export type FinishReason = 'completed' | 'refused' | 'api_error' | 'limit' | 'interrupted' | 'failed';

export const EVENT_TEXT_LIMIT = 4_000;

/**
 * What the gateway saw of this run, oldest call first (the newest ones when there were many). The runner fetches it from
 * the control plane after the process ended. This is the part of src/gateway/truth.ts that classification reads.
 */
export type GatewayTruth = {
  calls: readonly {
    /** The answer that the agent got. Null: the connection failed, timed out or was cut before an answer. */
    status: number | null;
    /** The provider's own error code (`insufficient_quota`, `overloaded_error`), also from inside a stream. */
    errorCode: string | null;
    /** Why the gateway itself refused, null when the provider answered. */
    denied: string | null;
    /** The answer reached its end. False: the stream was cut. */
    complete: boolean;
    /** The model declined in this answer. */
    refused: boolean;
  }[];
  /** The budget stopped at least one call. */
  spent: boolean;
};

export type ProcessEnd = {
  /** Null when a signal ended it. */
  exitCode: number | null;
  signal: string | null;
  /** In the order of the stream. */
  events: readonly AgentEvent[];
  /** Null when the control plane could not be asked; then only what the agent said is left. */
  gateway: GatewayTruth | null;
};

/**
 * `completed` says that the agent believes it is done. Whether that is `delivered` or `no_change` is for the runner to
 * observe on the tree. `failed` is a run outcome as it stands. Timeout and cancellation are the runner's to name.
 */
export type AgentOutcome = { kind: 'completed'; message: string | null } | Extract<RunnerOutcome, { kind: 'failed' }>;

export type AgentAdapter = {
  name: AgentName;
  /** `agent` must be given where the policy says more than a name and a model. */
  describe(agent?: AgentChoice): Capabilities;
  /** What `install` would return, null when it would have to fetch something. */
  installed(directory: string): Promise<Installation | null>;
  /**
   * Makes the locked version available under `directory` (absolute) and returns it; instant when it is there. Safe when
   * several processes do it at once. Throws Retryable when the registry cannot be reached, Permanent when the lockfile
   * or the platform does not fit.
   */
  install(directory: string): Promise<Installation>;
  /** Pure. The same request gives the same launch. */
  prepare(request: LaunchRequest): Launch;
  /** Pure and total: one line of standard output, without its line break, in; no, one or several events out. */
  parse(line: string): readonly AgentEvent[];
  /** Pure and total. The gateway's word goes before the CLI's, the CLI's terminal event before its exit code. */
  classify(end: ProcessEnd): AgentOutcome;
};
