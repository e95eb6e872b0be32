// `${{ }}` and `if:` of workflow files, evaluated by GitHub's own expression package.
import { data, Evaluator, Lexer, Parser } from './actions-packages.ts';

const contextNames = [
  'github',
  'inputs',
  'env',
  'vars',
  'secrets',
  'steps',
  'needs',
  'job',
  'jobs',
  'runner',
  'matrix',
  'strategy',
] as const;

/** What an expression may read; a context that is left out is empty. */
export type Contexts = Partial<Record<(typeof contextNames)[number], unknown>>;

/** Answers success(), failure() and cancelled(). */
export interface Progress {
  failed: boolean;
  cancelled: boolean;
}

const untroubled: Progress = { failed: false, cancelled: false };

function evaluate(source: string, contexts: Contexts, progress: Progress) {
  const answers = {
    always: true,
    success: !progress.failed && !progress.cancelled,
    failure: progress.failed && !progress.cancelled,
    cancelled: progress.cancelled,
  };
  const functions = Object.entries(answers).map(([name, answer]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(answer),
  }));
  const tree = new Parser(new Lexer(source).lex().tokens, [...contextNames], functions).parse();
  const plain = Object.fromEntries(contextNames.map((name) => [name, contexts[name] ?? {}]));
  const values = JSON.parse(JSON.stringify(plain), data.reviver);
  return new Evaluator(tree, values, new Map(functions.map((one) => [one.name, one]))).evaluate();
}

/** Every string inside `value` with its expressions replaced. A string that is one expression keeps the type of its result. */
export function fill(value: unknown, contexts: Contexts, progress: Progress = untroubled): unknown {
  if (Array.isArray(value)) return value.map((one) => fill(one, contexts, progress));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, contexts, progress)]));
  }
  if (typeof value !== 'string' || !value.includes('${{')) return value;
  const whole = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(value);
  if (whole) return JSON.parse(JSON.stringify(evaluate(whole[1] ?? '', contexts, progress), data.replacer));
  return value.replace(/\$\{\{(.*?)\}\}/gs, (_, source) => evaluate(source, contexts, progress).coerceString());
}

/** The same, as text: absent and null are empty. */
export function fillText(value: unknown, contexts: Contexts, progress: Progress = untroubled): string {
  return asText(fill(value, contexts, progress));
}

/** A mapping of environment variables or action inputs, as text. */
export function fillRecord(
  value: unknown,
  contexts: Contexts,
  progress: Progress = untroubled,
): Record<string, string> {
  const filled = fill(value ?? {}, contexts, progress);
  return Object.fromEntries(Object.entries(Object(filled)).map(([key, one]) => [key, asText(one)]));
}

/** `if:` of a job or step; success() is implied where no status function is named. */
export function isTrue(condition: unknown, contexts: Contexts, progress: Progress): boolean {
  if (condition === undefined) return !progress.failed && !progress.cancelled;
  const source = String(condition).replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');
  const named = /\b(always|success|failure|cancelled)\s*\(/.test(source);
  const result = evaluate(named ? source : `success() && (${source})`, contexts, progress);
  return !['', '0', 'false', 'NaN'].includes(result.coerceString());
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
