// `npm run test:faults`: every effect with every fault on both databases, every story, ten times the hostile input, and the
// scenarios with those that take minutes.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(
  'vitest',
  ['run', '--project', 'faults', '--project', 'scenarios', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, GANTRY_FAULTS: 'all' },
  },
);
process.exit(status ?? 1);
