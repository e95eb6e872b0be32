// The import law as rules for dependency-cruiser: who may import whom (docs/architecture.md).
import type { ICruiseOptions, ICruiseResult, IFlattenedRuleSet } from 'dependency-cruiser';
import { cruise } from 'dependency-cruiser';

/** A folder imports only from its left. */
export const order: readonly { name: string; path: string }[] = [
  { name: 'errors', path: '^src/errors\\.ts$' },
  { name: 'facts', path: '^src/facts/' },
  { name: 'contracts', path: '^adapters/[^/]+/contract\\.ts$' },
  { name: 'checks', path: '^checks/' },
  { name: 'config', path: '^src/config/' },
  { name: 'decide', path: '^src/decide/' },
  { name: 'render', path: '^src/render/' },
  { name: 'journal', path: '^src/journal/' },
  { name: 'intake', path: '^src/intake/' },
  { name: 'effects', path: '^src/effects/' },
  { name: 'loop', path: '^src/loop/' },
  { name: 'gateway', path: '^src/gateway/' },
  { name: 'runner', path: '^src/runner/(?!main\\.ts$)' },
  { name: 'api', path: '^src/api/' },
];

/** Where everything is put together. app.ts builds the application from contracts only. */
const roots = '^src/(main|app|log)\\.ts$|^src/cli/|^src/runner/main\\.ts$';
const implementations = '^adapters/[^/]+/(?!contract\\.ts$)';
const ours = '^(src|checks|adapters)/';
const pure = '^src/(facts|decide|render)/|^checks/';

const paths = (of: readonly { path: string }[]): string => of.map(({ path }) => path).join('|');

export const rules: IFlattenedRuleSet = {
  forbidden: [
    ...order.map(({ name, path }, place) => ({
      name: `${name}-from-its-left`,
      severity: 'error' as const,
      from: { path },
      to: { path: ours, pathNot: paths(order.slice(0, place + 1)) },
    })),
    {
      name: 'adapters-stay-apart',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/(?!contract\\.ts$)' },
      to: { path: ours, pathNot: `^adapters/$1/|${paths(order.slice(0, 3))}` },
    },
    {
      name: 'app-from-contracts',
      severity: 'error',
      from: { path: '^src/(app|log)\\.ts$' },
      to: { path: implementations },
    },
    {
      name: 'pure-imports-zod-only',
      severity: 'error',
      from: { path: pure },
      to: { pathNot: `${ours}|(^|/)node_modules/zod/` },
    },
    {
      name: 'database-in-journal-and-loop',
      severity: 'error',
      from: { path: ours, pathNot: '^src/(journal|loop)/|^src/cli/db\\.ts$' },
      to: { path: '(^|/)node_modules/(kysely|pg-boss)/' },
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      from: {},
      to: { path: '^src/(main|cli/main|runner/main)\\.ts$' },
    },
    {
      name: 'everything-is-found',
      severity: 'error',
      from: { path: ours },
      to: { couldNotResolve: true },
    },
    {
      name: 'every-file-has-a-place',
      severity: 'error',
      from: { path: ours, pathNot: `${roots}|^adapters/|${paths(order)}` },
      to: {},
    },
  ],
};

/** `baseDir` holds the folders src, adapters and checks. */
export async function cruiseFolders(baseDir: string): Promise<ICruiseResult> {
  const options: ICruiseOptions = {
    baseDir,
    ruleSet: rules,
    validate: true,
    // Without a parser named, TypeScript 7 makes it see no module at all and report no violation.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  };
  // As Node resolves packages: many have no file under the path that is imported.
  const resolving = { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] };
  const { output } = await cruise(['src', 'adapters', 'checks'], options, resolving);
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with a report instead of a result');
  return output;
}

/** From which file to which, and the rule; sorted. */
export const violations = ({ summary }: ICruiseResult): string[] =>
  summary.violations.map(({ from, to, rule }) => `${from} → ${to}: ${rule.name}`).sort();
