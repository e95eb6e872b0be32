// `npm run test:faults`: every effect with every fault on both databases, every story, and ten times the hostile input.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('vitest', ['run', '--project', 'faults', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, GANTRY_FAULTS: 'all' },
});
process.exit(status ?? 1);
