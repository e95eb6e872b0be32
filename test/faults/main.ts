// `npm run test:faults`: every effect with every fault on both databases, every story, ten times the hostile input, and the
// scenarios with those that take minutes. One process after the other: what ends one of them does not hide the others.
import { spawnSync } from 'node:child_process';

const env = { ...process.env, GANTRY_FAULTS: 'all' };
const reporters = ['default', './test/summary-reporter.ts', './test/faults/table-reporter.ts'];
const run = (project: string, ...more: string[]): boolean => {
  const { status } = spawnSync('vitest', ['run', '--project', project, ...more, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  });
  return status === 0;
};

const passed = [run('faults', ...reporters.map((one) => `--reporter=${one}`)), run('scenarios')];
process.exit(passed.every(Boolean) ? 0 : 1);
