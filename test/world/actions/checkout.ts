// actions/checkout as the host carries it out, and the fetching of any other action: git over HTTP from the world.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { BuiltinAction } from './job-machine.ts';

const exec = promisify(execFile);

/** Whose job fetches, and from where. */
export interface Fetcher {
  serverUrl: string;
  repository: string;
  sha: string;
  token: string;
  workspace: string;
  temp: string;
  env: Record<string, string>;
}

const authorization = (token: string) =>
  `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;

/** git with the token in its environment, never in its arguments. */
function gitIn(folder: string, fetcher: Fetcher, token: string) {
  const env = {
    ...fetcher.env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${fetcher.serverUrl}/.extraheader`,
    GIT_CONFIG_VALUE_0: authorization(token),
  };
  return async (...args: string[]) => (await exec('git', args, { cwd: folder, env, maxBuffer: 1 << 26 })).stdout.trim();
}

export function checkoutAction(fetcher: Fetcher): BuiltinAction {
  return async (inputs) => {
    const folder = path.resolve(fetcher.workspace, inputs.path || '.');
    if (folder !== fetcher.workspace && !folder.startsWith(fetcher.workspace + path.sep)) {
      throw new Error(`Repository path '${folder}' is not under '${fetcher.workspace}'`);
    }
    const repository = inputs.repository || fetcher.repository;
    const own = repository === fetcher.repository;
    const ref = inputs.ref || (own ? fetcher.sha : 'HEAD');
    const token = inputs.token || fetcher.token;
    const depth = Number(inputs['fetch-depth'] || 1);
    mkdirSync(folder, { recursive: true });
    const git = gitIn(folder, fetcher, token);
    await git('init', '--quiet');
    await git('remote', 'add', 'origin', `${fetcher.serverUrl}/${repository}.git`);
    const history = depth > 0 ? [`--depth=${depth}`] : ['+refs/heads/*:refs/remotes/origin/*'];
    const options = history.filter((one) => one.startsWith('--'));
    const refspecs = [`+${ref}:refs/remotes/origin/checked-out`, ...history.filter((one) => !one.startsWith('--'))];
    await git('fetch', '--quiet', '--no-tags', ...options, 'origin', ...refspecs);
    await git('checkout', '--quiet', '--detach', 'refs/remotes/origin/checked-out');
    if (inputs['persist-credentials'] !== 'false') {
      await git('config', `http.${fetcher.serverUrl}/.extraheader`, authorization(token));
    }
    return { ref, commit: await git('rev-parse', 'HEAD') };
  };
}

/** The folder of an action by `owner/name[/path]@ref`; `known` maps `owner/name` to a folder on this machine. */
export async function fetchAction(uses: string, fetcher: Fetcher, known: Record<string, string> = {}): Promise<string> {
  const [, repository, sub = '', ref] = /^([^/@]+\/[^/@]+)(\/[^@]+)?@(.+)$/.exec(uses) ?? [];
  if (!repository || !ref) throw new Error(`'${uses}' is no action: expected owner/name[/path]@ref or ./path`);
  const local = known[repository];
  if (local) return path.join(local, sub);
  const folder = path.join(fetcher.temp, `action-${repository}-${ref}`.replaceAll(/[^\w.-]/g, '-'));
  if (!existsSync(folder)) {
    mkdirSync(folder);
    const git = gitIn(folder, fetcher, fetcher.token);
    await git('init', '--quiet');
    await git('fetch', '--quiet', '--depth=1', `${fetcher.serverUrl}/${repository}.git`, ref);
    await git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  }
  return path.join(folder, sub);
}
