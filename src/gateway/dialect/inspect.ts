// Small checks that the three protocols share.
import type { Denial, Json } from './contract.ts';

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const object = (value: unknown): Json => (isJson(value) ? value : {});
export const objects = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
export const string = (value: unknown): string | null =>
  typeof value === 'string' && value.length <= 100 ? value : null;
export const tokens = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 ? Math.ceil(value) : null;

export const deny = (code: Denial['code'], message: string): Denial => ({ status: 403, code, message });

export const hostedTool = (name: unknown): Denial =>
  deny(
    'hosted_tool',
    `Tool ${quote(name)} runs at the provider, outside the box; only tools that the agent runs itself are allowed.`,
  );

export const urlInput = (where: string): Denial =>
  deny('url_input', `${where} names a URL for the provider to fetch; inline the data instead.`);

export const storedInput = (where: string): Denial =>
  deny('stored_input', `${where} names something stored at the provider; only what is in the request is allowed.`);

export const unknownContent = (type: unknown): Denial =>
  deny('content_not_allowed', `Content of type ${quote(type)} is not allowed.`);

/** The first field outside the allow-list. */
export function unknownField(body: Json, allowed: ReadonlySet<string>): Denial | null {
  const field = Object.keys(body).find((name) => !allowed.has(name) && body[name] !== null);
  return field === undefined ? null : deny('field_not_allowed', `Field ${quote(field)} is not allowed.`);
}

/** The first denial, in order. */
export function firstDenial<T>(items: readonly T[], inspect: (item: T) => Denial | null): Denial | null {
  for (const item of items) {
    const denial = inspect(item);
    if (denial !== null) return denial;
  }
  return null;
}

/** Every element must be an object: anything else would slip past the checks. */
export const allObjects = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.every(isJson));

/** Text of the other side in a message of ours: short and on one line. */
const quote = (value: unknown): string => JSON.stringify(String(value).slice(0, 60));
