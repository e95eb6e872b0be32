// `npm run test:faults`: every effect with every fault on both databases, every story, ten times the hostile input, properties
// over thousands of sequences, and the scenarios with those that take minutes. One process after the other: what ends one of
// them does not hide the others.
import { spawnSync } from 'node:child_process';

const env = { ...process.env, GANTRY_FAULTS: 'all' };
const reporters = ['default', './test/summary-reporter.ts', './test/faults/table-reporter.ts'];
const chosen = process.argv.slice(2);
const run = (...what: string[]): boolean =>
  spawnSync('vitest', ['run', '--passWithNoTests', ...what], { stdio: 'inherit', env }).status === 0;

/** No order of events leaves two effective runs, a fence that falls, or less forbidden than a control forbids. */
const properties = [
  'test/unit/decide/properties.test.ts',
  'test/conformance/journal/backlog.test.ts',
  'test/conformance/journal/control.test.ts',
];

const passed = [
  run('--project', 'faults', ...reporters.map((one) => `--reporter=${one}`), ...chosen),
  ...(chosen.length === 0 ? [run(...properties)] : []),
  run('--project', 'scenarios', ...chosen),
];
process.exit(passed.every(Boolean) ? 0 : 1);
