// Reading an agent's line as data of unknown shape: a missing or wrong field is absent, never an exception.
import { type AgentEvent, EVENT_TEXT_LIMIT } from './contract.ts';

export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined when the line is no JSON object. */
export function readJsonLine(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    // CLIs print warnings between their events, some with a brace in front: such a line is text, not a failure.
    return undefined;
  }
}

export const fields = (value: unknown): Fields => (isFields(value) ? value : {});
export const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
export const text = (value: unknown): string | null => (typeof value === 'string' ? cut(value) : null);
export const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
export const count = (value: unknown): number => Math.max(0, Math.trunc(number(value) ?? 0));

/** Keeps the beginning, which names things, of what is too long. */
export const cut = (value: string): string =>
  value.length > EVENT_TEXT_LIMIT ? `${value.slice(0, EVENT_TEXT_LIMIT - 1)}…` : value;

export const other = (line: string, kind: unknown): readonly AgentEvent[] => [
  { type: 'other', kind: typeof kind === 'string' ? cut(kind) : 'text', line: cut(line) },
];
