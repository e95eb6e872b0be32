// Ends a run of the fault matrix with one table, effect by fault, and what became of the whole stories.
import type { Reporter, TestCase, TestModule } from 'vitest/node';

const marks = { passed: 'ok', failed: 'FAIL', skipped: '', pending: '?' } as const;
const bare = '-';

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const out = [...tables(modules), ...stories(modules)].join('\n');
    process.stdout.write(`\n${out}\n`);
  }
}

const casesOf = (modules: readonly TestModule[], file: RegExp) =>
  modules.filter(({ moduleId }) => file.test(moduleId)).map((module) => [...module.children.allTests()]);

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const took = (test: TestCase) => test.diagnostic()?.duration ?? 0;

/** One per database: effects down, faults across by number. */
function tables(modules: readonly TestModule[]): string[] {
  return ['pglite', 'postgres'].flatMap((database) => {
    const tests = casesOf(modules, new RegExp(`matrix-${database}`)).flat();
    const cells = new Map(tests.map((test) => [test.name, test]));
    const split = tests.map(({ name }) => name.split(': '));
    const effects = [...new Set(split.map(([effect = '']) => effect))];
    const faults = [...new Set(split.map(([, fault = '']) => fault))];
    if (tests.length === 0) return [];
    const width = Math.max(...effects.map(({ length }) => length));
    const row = (name: string, columns: string[]) =>
      [name.padEnd(width), ...columns.map((one) => one.padStart(4))].join(' ');
    const failed = tests.filter((test) => test.result().state === 'failed');
    const total = tests.reduce((sum, test) => sum + took(test), 0);
    return [
      `Effect by fault on ${database}: ${tests.length} cases, ${failed.length} failed, ${seconds(total)}, ${seconds(total / tests.length)} each`,
      ...faults.map((fault, n) => `  ${String(n + 1).padStart(2)} ${fault}`),
      row(
        '',
        faults.map((_, n) => String(n + 1)),
      ),
      ...effects.map((effect) =>
        row(
          effect,
          faults.map((fault) => {
            const test = cells.get(`${effect}: ${fault}`);
            return test ? marks[test.result().state] : bare;
          }),
        ),
      ),
      '',
    ];
  });
}

function stories(modules: readonly TestModule[]): string[] {
  const tests = casesOf(modules, /stories\.test/).flat();
  if (tests.length === 0) return [];
  return [
    'Whole stories',
    ...tests.map((test) => `  ${marks[test.result().state].padEnd(4)} ${test.name}, ${seconds(took(test))}`),
  ];
}
