// For tests of the Actions host: a world with it, requests as a person, and waiting for what happens.
import { onTestFinished } from 'vitest';
import type { JsonObject, World } from '../contract.ts';
import { tokenOf } from '../seed.ts';
import { startWorld } from '../world.ts';
import { type Actions, type ActionsOptions, installActions } from './install-actions.ts';
import type { RunRecord } from './run-record.ts';

export interface ActionsKit {
  world: World;
  actions: Actions;
  /** Follows redirects. `login`: a person, or a whole token. `json` is empty for a body that is none. */
  request(
    method: string,
    path: string,
    body?: unknown,
    login?: string,
  ): Promise<{ status: number; json: JsonObject; text: string }>;
  /** Dispatches in acme/app as mona and gives the run. Throws where it is refused. */
  dispatch(workflow: string, inputs?: Record<string, string>): Promise<RunRecord>;
  /** The log of the run's only job, or of the one with that name. */
  logOf(run: RunRecord, job?: string): string;
}

/** acme/app with these files; the world ends with the test. */
export async function startActions(files: Record<string, string>, options: ActionsOptions = {}): Promise<ActionsKit> {
  const world = await startWorld({ actions: false });
  onTestFinished(() => world.close());
  const actions = await installActions(world, { grace: { interruptMs: 300, terminateMs: 300 }, ...options });
  await world.addRepository({ name: 'app', files });

  const request: ActionsKit['request'] = async (method, path, body, login = 'mona') => {
    const response = await fetch(world.url + path, {
      method,
      headers: {
        authorization: `Bearer ${login.startsWith('ghs_') ? login : tokenOf(login)}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
    return { status: response.status, json: isJson ? JSON.parse(text) : {}, text };
  };
  return {
    world,
    actions,
    request,
    async dispatch(workflow, inputs = {}) {
      const path = `/repos/acme/app/actions/workflows/${workflow}/dispatches`;
      const answer = await request('POST', path, { ref: 'main', inputs, return_run_details: true });
      const run = actions.runs.get(Number(answer.json.workflow_run_id));
      if (!run) throw new Error(`${answer.status} ${answer.text}`);
      return run;
    },
    logOf(run, job) {
      const found = run.jobs.find((one) => job === undefined || one.row.name === job);
      if (!found) throw new Error(`no job ${job} among ${run.jobs.map((one) => one.row.name)}`);
      return found.log.text();
    },
  };
}
