// Where models are bought: made by the root from its environment, seen by nobody but the gateway.
import type { ModelProtocol } from './truth.ts';

export type Provider = {
  protocol: ModelProtocol;
  /** Origin and, where the provider has one, a path in front of `/v1…`; no trailing slash. */
  baseUrl: string;
  key: string;
};

/** US dollars per million tokens. */
export type Price = { input: number; output: number };
