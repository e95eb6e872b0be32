// The words of a script for the model server: what a model sees of a request and what it answers.
export type Protocol = 'openai-responses' | 'anthropic-messages' | 'gemini';

export type RequestView = {
  protocol: Protocol;
  model: string;
  /** How many tool results the request already carries. Stateless, so retries and resumed sessions fit in. */
  turn: number;
  /** All text that the user side wrote, in order, blank line between; without system prompt and tool results. */
  prompt: string;
  /** The same texts one by one, each with how many tool results came before it. */
  written: readonly { text: string; turn: number }[];
  /** Text of the newest tool result, null on the first turn. */
  lastToolOutput: string | null;
  /** Names of the tools on offer. A request without any is a side request of the CLI (title, summary). */
  tools: readonly string[];
};

export type TokenCount = { input: number; output: number; cached?: number };

/** One answer. With several members, `fail`, `cut` and `refuse` win over `shell`, and `shell` over `say`. */
export type Turn = {
  say?: string;
  /** Command for bash, run by the CLI through its own shell tool in the workspace. */
  shell?: string;
  /** Answered as the provider answers this HTTP status. `code`: the provider's error code, where it has one. */
  fail?: { status: number; code?: string; retryAfter?: number };
  /** The model declines, as the provider expresses it. */
  refuse?: true;
  /** The connection breaks in the middle of the stream. */
  cut?: true;
  /** Nothing comes until the client goes away. */
  hang?: true;
  /** Absent: `DEFAULT_USAGE`. Null: the provider reports none. */
  usage?: TokenCount | null;
};

export type Script = (view: RequestView) => Turn | Promise<Turn>;

export const DEFAULT_USAGE: TokenCount = { input: 1_200, output: 60, cached: 200 };

/** Undefined: the turn itself says that nothing is reported. */
export const usageOf = (turn: Turn): TokenCount | undefined =>
  turn.usage === null ? undefined : (turn.usage ?? DEFAULT_USAGE);
