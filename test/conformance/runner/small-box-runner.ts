// The runner with boxes that hold less than anybody's machine: everything else is as in src/runner/main.ts.
import { agents } from '../../../adapters/agent/index.ts';
import { createGitStore } from '../../../adapters/git/store.ts';
import { createWorkspaceGit } from '../../../adapters/git/workspace.ts';
import type { Sandbox } from '../../../adapters/sandbox/contract.ts';
import { openEgress } from '../../../adapters/sandbox/egress.ts';
import { createUnboxed } from '../../../adapters/sandbox/none.ts';
import { createHalt } from '../../../src/runner/halt.ts';
import { createJobLog } from '../../../src/runner/job-log.ts';
import { readSettings } from '../../../src/runner/read-settings.ts';
import { run } from '../../../src/runner/run.ts';

const diskBytes = 8_000_000;
const unboxed = createUnboxed();
const small: Sandbox = {
  ...unboxed,
  run: (box, command, io) => unboxed.run({ ...box, limits: { ...box.limits, diskBytes } }, command, io),
};
const settings = readSettings(process.argv.slice(2), process.env, process.execPath);
const accepted = await run(
  settings,
  {
    sandboxes: { bubblewrap: small, container: small, srt: small, none: small },
    git: (dataDir, sandbox) => ({
      store: createGitStore({ dataDir, sandbox }),
      workspaces: createWorkspaceGit({ sandbox }),
    }),
    agents,
    openEgress,
  },
  createHalt(),
  createJobLog((text) => process.stdout.write(text), settings.summaryFile),
);
process.exit(accepted ? 0 : 1);
