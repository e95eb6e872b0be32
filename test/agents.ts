// `npm run test:agents`: installs every agent CLI from its lockfile and holds the real ones to the adapter contract.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('vitest', ['run', '--project', 'conformance', 'test/conformance/agent'], {
  stdio: 'inherit',
  env: { ...process.env, GANTRY_TEST_AGENTS: '1', GANTRY_FAULTS: 'all' },
});
process.exit(status ?? 1);
