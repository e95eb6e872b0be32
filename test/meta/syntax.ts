// Reads a TypeScript file as a tree, so that a rule meets code and never the inside of a string or a comment.
import { parseSync } from '@swc/core';

export type Node = { type: string; [key: string]: unknown };

export type Syntax = {
  /** Every node, parents before their children. */
  nodes: readonly Node[];
  /** Counts from 1. */
  lineOf(node: Node): number;
};

const parsed = new Map<string, Syntax>();

/** Remembered by text: many rules look at the same file. */
export function parseSyntax(text: string): Syntax {
  const known = parsed.get(text) ?? parseAnew(text);
  parsed.set(text, known);
  return known;
}

function parseAnew(text: string): Syntax {
  const nodes: Node[] = [];
  collect(parseSync(text, { syntax: 'typescript', target: 'esnext' }), nodes);
  const bytes = Buffer.from(text);
  // The parser counts bytes from 1.
  const lineOf = ({ span }: Node) =>
    isSpan(span)
      ? bytes
          .subarray(0, span.start - 1)
          .toString('utf8')
          .split('\n').length
      : 1;
  return { nodes, lineOf };
}

function collect(value: unknown, into: Node[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) into.push(value);
  for (const [key, child] of Object.entries(value)) if (key !== 'span') collect(child, into);
}

const isNode = (value: object): value is Node => 'type' in value && typeof value.type === 'string';

const isSpan = (value: unknown): value is { start: number } =>
  typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'number';

/** `vi.mock` for the call `vi.mock(…)`, `setTimeout` for `setTimeout(…)`; the inner name for a call of a call. Else ''. */
export function calleeOf(node: Node): string {
  return node.type === 'CallExpression' ? nameOf(node.callee) : '';
}

export function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !isNode(value)) return '';
  if (value.type === 'Identifier') return String(value.value);
  if (value.type === 'CallExpression') return nameOf(value.callee);
  if (value.type === 'MemberExpression') return `${nameOf(value.object)}.${nameOf(value.property)}`;
  return '';
}
