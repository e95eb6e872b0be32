// The local Actions host: executes the real workflow files of the world's repositories as processes of this machine.
// Not there: matrix, services, containers, pre and post of node actions, caches, and any trigger but workflow_dispatch.
import type { ActionsHost, ActionsWorld } from './actions-host.ts';
import { routeArtifacts } from './artifact-routes.ts';
import { ConcurrencyGroups } from './concurrency.ts';
import { routeControls } from './control-routes.ts';
import { routeDispatches } from './dispatch-route.ts';
import { createOidc } from './oidc.ts';
import type { Grace } from './process-groups.ts';
import { cancelRun } from './run-control.ts';
import type { RunRecord } from './run-record.ts';
import { routeRuns } from './run-routes.ts';

export interface ActionsOptions {
  /** Kept by reference and read at each job's start: may be filled later. */
  runnerEnvironment?: Record<string, string>;
  /** How long a cancelled step may take; shorter than GitHub's 7.5 s and 2.5 s unless said. */
  grace?: Grace;
}

export interface Actions {
  /** Newest last; the row of each is what REST shows. */
  runs: Map<number, RunRecord>;
  /** For GITHUB_OIDC_ISSUER. */
  issuer: string;
  runnerEnvironment: Record<string, string>;
  secrets: Record<string, string>;
  variables: Record<string, string>;
  /** No run is queued or in progress, and their webhooks are queued. */
  idle(): Promise<void>;
  /** Force-cancels every run and waits until its processes are gone. */
  stop(): Promise<void>;
}

const firstId = 7_000_000_001; // beyond 32 bits, as GitHub's are

export async function installActions(world: ActionsWorld, options: ActionsOptions = {}): Promise<Actions> {
  let lastId = firstId;
  const host: ActionsHost = {
    world,
    runs: new Map(),
    artifacts: new Map(),
    workflows: new Map(),
    concurrency: new ConcurrencyGroups(),
    oidc: await createOidc(world),
    runnerEnvironment: options.runnerEnvironment ?? {},
    secrets: {},
    variables: {},
    grace: options.grace ?? { interruptMs: 2_000, terminateMs: 500 },
    newId: () => lastId++,
  };
  routeDispatches(host);
  routeRuns(host);
  routeControls(host);
  routeArtifacts(host);
  const idle = async () => {
    while ([...host.runs.values()].some((run) => run.row.status !== 'completed')) {
      await Promise.all([...host.runs.values()].map((run) => run.done));
    }
    await Promise.all([...host.runs.values()].map((run) => run.done));
  };
  const stop = async () => {
    for (const run of host.runs.values()) if (run.row.status !== 'completed') cancelRun(host, run, true);
    await idle();
  };
  world.onClose(stop);
  const { runs, oidc, runnerEnvironment, secrets, variables } = host;
  return { runs, issuer: oidc.issuer, runnerEnvironment, secrets, variables, idle, stop };
}
