// The folders, built-in actions and the cleared environment with which a job starts.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ActionsHost } from './actions-host.ts';
import { downloadArtifact, uploadArtifact } from './artifact-actions.ts';
import { checkoutAction, type Fetcher, fetchAction } from './checkout.ts';
import { fillRecord } from './expressions.ts';
import type { JobMachine } from './job-machine.ts';
import type { JobCall } from './run-job.ts';
import type { JobRecord, RunRecord } from './run-record.ts';

type Identity = ReturnType<ActionsHost['oidc']['grant']>;

export interface JobCredentials {
  /** GITHUB_TOKEN. */
  token: string;
  /** Only with `id-token: write`. */
  identity: Identity | undefined;
}

export function prepareMachine(
  host: ActionsHost,
  run: RunRecord,
  call: JobCall,
  record: JobRecord,
  given: JobCredentials & { home: string },
): JobMachine {
  const { log, groups, row } = record;
  const { home, token, identity } = given;
  const workspace = path.join(home, 'work');
  // As a runner lays them out: each job has a machine of its own here, and its settings file says so.
  const temp = path.join(home, '_work/_temp');
  mkdirSync(workspace);
  mkdirSync(temp, { recursive: true });
  writeFileSync(path.join(home, '.runner'), JSON.stringify({ agentName: 'world', ephemeral: true }));
  writeFileSync(path.join(temp, 'event.json'), JSON.stringify(Object(call.contexts.github).event ?? {}));
  for (const secret of [token, identity?.requestToken ?? '', ...Object.values(host.secrets)]) log.mask(secret);
  const processEnv = environment(host, call, { workspace, temp, home }, identity);
  const { repository, row: runRow } = run;
  const fetcher: Fetcher = {
    serverUrl: host.world.url,
    repository,
    sha: runRow.head_sha,
    token,
    workspace,
    temp,
    env: { PATH: processEnv.PATH ?? '', HOME: home },
  };
  return {
    workspace,
    temp,
    log,
    groups,
    processEnv,
    env: { ...Object(call.contexts.env), ...fillRecord(call.job.env, call.contexts) },
    paths: [],
    summary: '',
    progress: { failed: false, cancelled: false },
    steps: row.steps,
    defaults: { ...call.loaded.file.defaults?.run, ...call.job.defaults?.run },
    isCancelled: () => run.cancelled,
    isForced: () => run.forced,
    builtins: {
      'actions/checkout': checkoutAction(fetcher),
      'actions/upload-artifact': uploadArtifact(host, run, workspace),
      'actions/download-artifact': downloadArtifact(host, run, workspace),
    },
    fetchAction: (uses) => fetchAction(uses, fetcher),
  };
}

/** All that a step's process gets: nothing of this process's environment but PATH, and our own Node first on it. */
function environment(
  host: ActionsHost,
  call: JobCall,
  folders: { workspace: string; temp: string; home: string },
  identity: Identity | undefined,
): Record<string, string> {
  const github = Object.entries(Object(call.contexts.github)).filter(([, value]) => typeof value === 'string');
  return {
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    HOME: folders.home,
    LANG: 'C.UTF-8',
    CI: 'true',
    ...Object.fromEntries(github.map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)])),
    GITHUB_ACTIONS: 'true',
    GITHUB_JOB: call.id,
    GITHUB_EVENT_PATH: path.join(folders.temp, 'event.json'),
    GITHUB_WORKSPACE: folders.workspace,
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_NAME: 'world',
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_TEMP: folders.temp,
    ...(identity && {
      ACTIONS_ID_TOKEN_REQUEST_URL: identity.requestUrl,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: identity.requestToken,
    }),
    ...host.runnerEnvironment,
  };
}
