// What models cost: the list prices of their providers, each with its source and the day it was read there. A model that
// stands nowhere here is still served; only a budget in dollars refuses it, unless `budgets.modelPrice` says what it costs.

/** US dollars per million tokens, which is micro-dollars per token. */
export type Rates = { input: number; cacheRead: number; cacheWrite: number; output: number };

export type Price = Rates & {
  /** The rates of a call with more input than this, all of its tokens. */
  long?: Rates & { above: number };
};

export type ListedPrice = Price & { source: string; read: string };

const openai = { source: 'https://developers.openai.com/api/docs/pricing', read: '2026-11-21' };
const anthropic = { source: 'https://platform.claude.com/docs/en/models/opus-5-5/overview', read: '2026-11-21' };
const google = { source: 'https://ai.google.dev/gemini-api/docs/pricing', read: '2026-11-21' };

/** Cache writes of Claude cost more the longer they are kept; of which kind one is, is not told apart: the dearer one counts. */
export const prices: Readonly<Record<string, ListedPrice>> = {
  'gpt-5.5': {
    ...openai,
    input: 5,
    cacheRead: 0.5,
    cacheWrite: 5,
    output: 30,
    long: { above: 272_000, input: 10, cacheRead: 1, cacheWrite: 10, output: 45 },
  },
  'claude-opus-5-5': { ...anthropic, input: 4, cacheRead: 0.2, cacheWrite: 8, output: 20 },
  'gemini-2.5-pro': {
    ...google,
    input: 1.25,
    cacheRead: 0.125,
    cacheWrite: 1.25,
    output: 10,
    long: { above: 200_000, input: 2.5, cacheRead: 0.25, cacheWrite: 2.5, output: 15 },
  },
  'gemini-2.5-flash': { ...google, input: 0.3, cacheRead: 0.03, cacheWrite: 0.3, output: 2.5 },
  'gemini-2.5-flash-lite': { ...google, input: 0.1, cacheRead: 0.01, cacheWrite: 0.1, output: 0.4 },
};

/** Price of one model as a run may be charged: what its policy says of the model that it names, else the list. */
export const priceOf = (
  model: string,
  named?: { model: string; price: { input: number; output: number } | undefined },
): Price | undefined =>
  named?.price && named.model === model
    ? { ...named.price, cacheRead: named.price.input, cacheWrite: named.price.input }
    : Object.hasOwn(prices, model)
      ? prices[model]
      : undefined;

export type Counted = { input: number; cacheRead: number; cacheWrite: number; output: number };

const ratesFor = (price: Price, input: number): Rates => (price.long && input > price.long.above ? price.long : price);

/** Micro-dollars of a call, rounded up. `input` counts all of the input, what was read from or written to a cache included. */
export function costOf(price: Price, { input, cacheRead, cacheWrite, output }: Counted): number {
  const rates = ratesFor(price, input);
  const plain = Math.max(0, input - cacheRead - cacheWrite);
  const micros =
    plain * rates.input + cacheRead * rates.cacheRead + cacheWrite * rates.cacheWrite + output * rates.output;
  // Sums of decimal fractions: what is a whole number but for the last bits is one.
  return Math.ceil(micros - 1e-6);
}

/** What one token may cost at most, for a reservation: nobody knows yet what a cache will hold. */
export const highestRate = (price: Price, input: number): { input: number; output: number } => {
  const rates = ratesFor(price, input);
  return { input: Math.max(rates.input, rates.cacheWrite), output: rates.output };
};
