// One provider protocol as the gateway polices it. Deny by default: what is not named here is not forwarded.
export type Json = { readonly [key: string]: unknown };

export type Denial = {
  /** HTTP status of the refusal. */
  status: 400 | 403 | 404 | 413;
  /** Stable name for records and tests. */
  code: DenialCode;
  /** What was asked and why it is not allowed; goes to the agent. */
  message: string;
};

export type DenialCode =
  | 'path_not_allowed'
  | 'model_not_allowed'
  | 'field_not_allowed'
  | 'hosted_tool'
  | 'url_input'
  | 'stored_input'
  | 'content_not_allowed'
  | 'body_too_large'
  | 'body_not_json'
  | 'budget_spent'
  | 'price_unknown'
  | 'run_stopped'
  | 'retries_spent'
  | 'no_provider';

export type Incoming = { method: string; path: string; search: URLSearchParams };

export type Route = {
  /** Path and query for the provider. */
  target: string;
  /** The model when the path names it; null when the body does. */
  model: string | null;
  /** Null: the body decides. */
  stream: boolean | null;
};

/** What an answer told, up to now. Token counts are null until the provider names them. */
export type Observed = {
  /** All of the input, cached or not. */
  inputTokens: number | null;
  /** The parts of it that were read from a cache of the provider's, and written to one; 0 until it says so. */
  cacheRead: number;
  cacheWrite: number;
  outputTokens: number | null;
  complete: boolean;
  refused: boolean;
  errorCode: string | null;
};

export type Dialect = {
  /** Null: not a route that an agent needs. */
  route(incoming: Incoming): Route | null;
  /** Null when the body may be forwarded. The model and the size were checked before. */
  inspect(body: Json): Denial | null;
  /** Most output tokens that the body asks for; null when it leaves that to the provider. */
  maxOutput(body: Json): number | null;
  /** The body that is forwarded: output limited, nothing kept by the provider. */
  rewrite(body: Json, maxOutput: number): Json;
  /** The body with a word of the harness to the model at its end. */
  warn(body: Json, text: string): Json;
  /** Headers for the provider from those of the agent, credential included. All others are dropped. */
  headers(agent: Headers, key: string): Record<string, string>;
  /** The parts of the conversation that the request carries, oldest first, instructions included. */
  conversation(body: Json): readonly unknown[];
  /** What an event of the stream, or the whole answer when it is not streamed, adds to the text of the answer. */
  answered(event: Json): string;
  /** Takes the next event of the stream, or the whole answer when it is not streamed. */
  observe(seen: Observed, event: Json): Observed;
  /** An error as this provider's clients understand it. */
  error(status: number, code: string, message: string): Json;
  /** The provider's code in an error answer, null when there is none. */
  errorCode(body: Json): string | null;
};
