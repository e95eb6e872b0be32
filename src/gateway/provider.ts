// Where models are bought: made by the root from its environment, seen by nobody but the gateway.
import type { ModelProtocol } from '../facts/policy.ts';

export type Provider = {
  protocol: ModelProtocol;
  /** Origin and, where the provider has one, a path in front of `/v1…`; no trailing slash. */
  baseUrl: string;
  key: string;
};

type Keys = Partial<
  Record<'openai' | 'anthropic' | 'gemini', { key: string; baseUrl?: string | undefined } | undefined>
>;

const hosts = {
  openai: { protocol: 'openai-responses', baseUrl: 'https://api.openai.com' },
  anthropic: { protocol: 'anthropic-messages', baseUrl: 'https://api.anthropic.com' },
  gemini: { protocol: 'gemini', baseUrl: 'https://generativelanguage.googleapis.com' },
} as const satisfies Record<keyof Keys, { protocol: ModelProtocol; baseUrl: string }>;

/** The providers that keys were given for. */
export const providersOf = (keys: Keys): Provider[] =>
  (Object.keys(hosts) as (keyof Keys)[]).flatMap((name) => {
    const given = keys[name];
    return given
      ? [{ ...hosts[name], ...(given.baseUrl !== undefined && { baseUrl: given.baseUrl }), key: given.key }]
      : [];
  });
