// House rules over single files. Each finds lines; what a rule covers is part of the rule.
import { calleeOf, type Node, nameOf, parseSyntax } from './syntax.ts';

export type SourceRule = {
  name: string;
  covers(file: string): boolean;
  /** Lines that break the rule, counted from 1. */
  find(text: string, file: string): number[];
};

const ships = (file: string): boolean => /^(src|adapters|checks)\/.*\.ts$/.test(file);
const isCode = (file: string): boolean => file.endsWith('.ts');
/** Suites stand beside their contract, but only tests run them. */
const isConformance = (file: string): boolean => /^adapters\/[^/]+\/conformance[^/]*\.ts$/.test(file);
const roots = /^src\/(main|app|log)\.ts$|^src\/cli\/|^src\/runner\/main\.ts$/;
/** Others load these by their default export: vitest its parts, TypeScript a package's declarations. */
const mustHaveDefault = /^vitest\.config\.ts$|^test\/(?:faults\/table|summary)-reporter\.ts$|\.d\.ts$/;
/** Programs that play somebody slow: they wait for nothing themselves. */
const playsSomebody = /^test\/(world|model)\/(?!.*(\.test|-kit)\.ts$)|\/fake-[a-z-]+\.ts$/;
/** The one place where a test waits. */
const waits = 'test/scene/until.ts';

const mostLines = 250;

const lines = (pattern: RegExp, text: string): number[] =>
  text.split('\n').flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));

/** The lines of the nodes that `is` finds. */
const nodes =
  (is: (node: Node, text: string) => boolean) =>
  (text: string): number[] => {
    const { nodes: all, lineOf } = parseSyntax(text);
    return [...new Set(all.filter((node) => is(node, text)).map(lineOf))];
  };

const holds = (value: unknown, is: (node: Node) => boolean): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if ('type' in value && typeof value.type === 'string' && is({ ...value, type: value.type })) return true;
  return Object.values(value).some((child) => holds(child, is));
};

const importsFrom = (node: Node, names: RegExp): boolean =>
  node.type === 'ImportDeclaration' && holds(node.source, ({ value }) => names.test(String(value)));

const argumentsOf = (node: Node): unknown[] => (Array.isArray(node.arguments) ? node.arguments : []);

/** A title or a reason that is put together from something, or any text handed to `context.skip`. */
const saysWhy = (node: Node): boolean => argumentsOf(node).some((one) => holds(one, isToldText));
const isToldText = ({ type, expressions }: Node): boolean =>
  type === 'TemplateLiteral' && Array.isArray(expressions) && expressions.length > 0;

export const sourceRules: readonly SourceRule[] = [
  {
    name: `at most ${mostLines} lines`,
    covers: ships,
    find: (text) => {
      const count = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
      return count > mostLines ? [count] : [];
    },
  },
  {
    name: 'a header comment says what the file is for',
    // A test file says it with the names of its tests.
    covers: (file) => isCode(file) && !file.endsWith('.test.ts'),
    find: (text) => (/^(#![^\n]*\n)?(\/\/ \S|\/\*\*?\s+\S)/.test(text) ? [] : [1]),
  },
  {
    name: 'named exports only',
    covers: (file) => isCode(file) && !mustHaveDefault.test(file),
    find: nodes(({ type }) => type === 'ExportDefaultDeclaration' || type === 'ExportDefaultExpression'),
  },
  {
    name: 'no any',
    covers: isCode,
    find: nodes(({ type, kind }) => type === 'TsKeywordType' && kind === 'any'),
  },
  {
    name: 'no cast through unknown or any',
    covers: isCode,
    find: nodes(
      ({ type, expression }) => type === 'TsAsExpression' && holds(expression, isWeakCast) && isCast(expression),
    ),
  },
  {
    name: 'the type checker is never silenced',
    covers: isCode,
    find: (text) => lines(/^\s*(\/\/|\/?\*+)\s*@ts-(ignore|nocheck|expect-error)/, text),
  },
  {
    name: 'nothing unfinished',
    covers: ships,
    find: (text) => lines(/^\s*(\/\/|\/?\*+).*\b(TODO|FIXME|XXX)\b/, text),
  },
  {
    name: 'no error is swallowed without a reason',
    covers: ships,
    find: (text) => {
      const all = text.split('\n');
      return lines(/catch\s*(\([^)]*\))?\s*\{\s*\}|\.catch\(\(\)\s*=>\s*(\{\}|undefined|null)\)/, text).filter(
        (line) => ![all[line - 2], all[line - 1]].some((near) => /\/\/|\*\//.test(near ?? '')),
      );
    },
  },
  {
    name: 'only roots read the environment',
    covers: (file) => ships(file) && !roots.test(file) && !isConformance(file),
    find: nodes(
      (node) =>
        (node.type === 'MemberExpression' && ['process.env', 'process.loadEnvFile'].includes(nameOf(node))) ||
        importsFrom(node, /^(node:)?process$/),
    ),
  },
  {
    name: 'no test is focused or left to do',
    covers: (file) => file.startsWith('test/') || isConformance(file),
    find: nodes((node) => /^(test|it|describe|suite)(\.[a-z]+)*\.(only|todo)(\.|$)/.test(calleeOf(node))),
  },
  {
    name: 'a skipped test says why',
    covers: (file) => file.startsWith('test/') || isConformance(file),
    find: nodes((node) => {
      const callee = calleeOf(node);
      if (callee.endsWith('.skip') && !/^(test|it|describe|suite)\./.test(callee))
        return argumentsOf(node).length === 0;
      if (!/^(test|it|describe|suite)(\.[a-z]+)*\.(skip|skipIf|runIf)$/.test(callee)) return false;
      // `test.skipIf(condition)` alone is the callee of the call that has the title.
      return argumentsOf(node).length > 1 || callee.endsWith('.skip') ? !saysWhy(node) : false;
    }),
  },
  {
    name: 'tests wait for conditions, not for time',
    covers: (file) => file.startsWith('test/') && file !== waits && !playsSomebody.test(file),
    find: nodes(
      (node) =>
        importsFrom(node, /^(node:)?timers\/promises$/) ||
        (node.type === 'NewExpression' &&
          nameOf(node.callee) === 'Promise' &&
          holds(node.arguments, (inner) => calleeOf(inner) === 'setTimeout')),
    ),
  },
  {
    name: 'no module is mocked',
    covers: (file) => file.startsWith('test/') || isConformance(file),
    find: nodes((node) => /^(vi|vitest)\.(mock|doMock|hoisted)$/.test(calleeOf(node))),
  },
];

const isCast = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  ['TsAsExpression', 'ParenthesisExpression'].includes(String(value.type));

const isWeakCast = ({ type, typeAnnotation }: Node): boolean =>
  type === 'TsAsExpression' &&
  typeof typeAnnotation === 'object' &&
  typeAnnotation !== null &&
  'kind' in typeAnnotation &&
  (typeAnnotation.kind === 'unknown' || typeAnnotation.kind === 'any');

/** `file:line: rule`, for files that the rule covers. */
export const breaches = (rule: SourceRule, files: readonly (readonly [file: string, text: string])[]): string[] =>
  files
    .filter(([file]) => rule.covers(file))
    .flatMap(([file, text]) => rule.find(text, file).map((line) => `${file}:${line}: ${rule.name}`));
