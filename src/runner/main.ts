// The program on the runner: reads the environment once, lends the adapters, turns signals into a stop, ends with an exit code.
import { agents } from '../../adapters/agent/index.ts';
import { createGitStore } from '../../adapters/git/store.ts';
import { createWorkspaceGit } from '../../adapters/git/workspace.ts';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import { createContainer } from '../../adapters/sandbox/container.ts';
import { openEgress } from '../../adapters/sandbox/egress.ts';
import { createUnboxed } from '../../adapters/sandbox/none.ts';
import { createSrt } from '../../adapters/sandbox/srt.ts';
import { UserFixable } from '../errors.ts';
import { createHalt } from './halt.ts';
import { createJobLog, type JobLog } from './job-log.ts';
import type { Adapters, Settings } from './ports.ts';
import { readSettings } from './read-settings.ts';
import { run } from './run.ts';

/** How this machine reaches the outside: git has no other environment. */
const transport = Object.fromEntries(
  ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'SSL_CERT_FILE', 'GIT_SSL_CAINFO']
    .map((name) => [name, process.env[name]] as const)
    .filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
);

const adapters: Adapters = {
  sandboxes: {
    bubblewrap: createBubblewrap(),
    container: createContainer({ image: process.env.GANTRY_SANDBOX_IMAGE }),
    srt: createSrt(),
    none: createUnboxed(),
  },
  git: (dataDir, sandbox) => ({
    store: createGitStore({ dataDir, sandbox, env: transport }),
    workspaces: createWorkspaceGit({ sandbox }),
  }),
  agents,
  openEgress,
};

async function main(): Promise<number> {
  const write = (text: string) => process.stdout.write(text);
  let settings: Settings;
  try {
    settings = readSettings(process.argv.slice(2), process.env, process.execPath);
  } catch (error) {
    if (!(error instanceof UserFixable)) throw error;
    process.stderr.write(`${error.data.problem}\n${error.data.usage}\n`);
    return 2;
  }
  const log: JobLog = createJobLog(write, settings.summaryFile);
  const halt = createHalt();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => halt.stop({ kind: 'cancelled', why: `The job was cancelled on its runner (${signal}).` }));
  try {
    return (await run(settings, adapters, halt, log)) ? 0 : 1;
  } catch (error) {
    log.quote(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await log.summary('The run could not be finished by this runner; Gantry learns it when the lease runs out.');
    return 1;
  }
}

// Sockets that agents left half open must not keep the job alive.
process.exit(await main());
