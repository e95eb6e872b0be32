// How urgent a ticket is, read from the labels of its issue.
import { z } from 'zod';

/** In order: the first is served first. */
export const Priority = z.enum(['urgent', 'high', 'medium', 'low']);
export type Priority = z.infer<typeof Priority>;

export const usualPriority: Priority = 'medium';

/** `priority: high` (any case, the space is optional) or `P1`; undefined for every other label. */
export function priorityOfLabel(label: string): Priority | undefined {
  const [, word, digit] = /^(?:priority:\s*(\w+)|p([0-3]))$/i.exec(label.trim()) ?? [];
  if (digit !== undefined) return Priority.options[Number(digit)];
  const named = Priority.safeParse(word?.toLowerCase());
  return named.success ? named.data : undefined;
}

/** The most urgent of several; a label more never makes a ticket wait longer. */
export const priorityOf = (labels: readonly string[]): Priority =>
  Priority.options.find((one) => labels.some((label) => priorityOfLabel(label) === one)) ?? usualPriority;
