// The local world: GitHub (and Linear) over real HTTP on this machine, with real git and an Actions host that executes
// the repositories' workflows. A fresh one costs a few dozen milliseconds, so every test takes its own.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installActions } from './actions/install-actions.ts';
import { createAppKeys } from './app-keys.ts';
import { beforeEdit } from './before-edit.ts';
import { createBlockers } from './blockers.ts';
import { installChecks } from './checks.ts';
import { createComplete } from './complete.ts';
import type { Core, RecordedRequest, World, WorldOptions } from './contract.ts';
import { createCalls, createIdentity } from './core.ts';
import { installDeliveryRoutes } from './deliveries.ts';
import { installDependencyRoutes } from './dependency-routes.ts';
import { installDeployments } from './deployments.ts';
import { openEmulate } from './door.ts';
import { createDispatch, createEvents, type DispatchTargets, quietly } from './events.ts';
import { createFaults } from './faults.ts';
import { type Front, openFront } from './front.ts';
import { createGit } from './git.ts';
import { createGitStream, installPreReceive } from './git-http.ts';
import { installGraphql } from './graphql.ts';
import { installHistoryRoutes } from './history-routes.ts';
import { installIssueRoutes } from './issue-routes.ts';
import { openLinear } from './linear.ts';
import { createMemory } from './memory.ts';
import { createMerge } from './merge.ts';
import { createOffice } from './office.ts';
import { furnish, peopleOf } from './people.ts';
import { createPolish } from './polish.ts';
import { installPullRoutes } from './pull-routes.ts';
import { createPulls } from './pulls.ts';
import { installReactions } from './reactions.ts';
import { isOurs, recordOf } from './record.ts';
import { addRepository, installRepositoryRoutes } from './repositories.ts';
import { createRights, createRightsGate, installPermissionRoute } from './rights.ts';
import { installRulesets, pushRefusal } from './rulesets.ts';
import { APP, appPrivateKey, seed } from './seed.ts';
import { createValidation } from './validation.ts';

export type * from './contract.ts';
export type * from './github-json.ts';
export type { Person } from './person.ts';
export { PersonRefused } from './person.ts';

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'gantry-world-'));
  const front = await openFront();
  try {
    return await buildWorld(root, front, options);
  } catch (error) {
    await front.close();
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

async function buildWorld(
  root: string,
  front: Awaited<ReturnType<typeof openFront>>,
  options: WorldOptions,
): Promise<World> {
  let targets: DispatchTargets | undefined;
  const onDispatch = createDispatch(() => targets);
  const emulate = await openEmulate({ baseUrl: front.url, seed: await seed(), onDispatch });
  const stops: (() => void | Promise<void>)[] = [];

  // What everything stands on.
  const appKeys = createAppKeys(await appPrivateKey());
  const identity = createIdentity(emulate, appKeys);
  const calls = createCalls(front, emulate, identity);
  const memory = createMemory();
  const shown = { url: front.url, emulate, repo: identity.repo };
  const polish = createPolish(shown, memory);
  const complete = createComplete(shown, memory, polish, front.context);
  const office = createOffice(emulate);
  const events = createEvents({ emulate, office, complete, errors: front.errors, ...identity, ...calls });
  const core: Core = {
    url: front.url,
    root,
    emulate,
    errors: front.errors,
    route: front.route,
    ...identity,
    ...calls,
    ...events,
    onClose: (stop) => void stops.push(stop),
  };

  // GitHub, part by part; a route registered earlier is asked earlier.
  const rights = createRights(core);
  const git = createGit(core);
  const blockers = createBlockers(core, memory, git, rights);
  const pulls = createPulls(core, git, blockers);
  const merge = createMerge(core, git, pulls, blockers);
  const validation = createValidation();
  const faults = createFaults(isOurs);
  const requests: RecordedRequest[] = [];
  const refuses = { undraft: false };
  installPermissionRoute(core, rights);
  installDeliveryRoutes(core, office);
  installPreReceive(core, git, pulls.deleted, (full, ref) => pushRefusal(core, memory, full, ref));
  installRulesets(core, memory);
  installIssueRoutes(core, rights, pulls);
  installDependencyRoutes(core);
  installPullRoutes(core, git, rights, pulls, merge);
  installReactions(core, memory);
  installHistoryRoutes(core);
  const unblocked = installGraphql(core, { git, rights, pulls, merge, refusesUndraft: () => refuses.undraft });
  installChecks(core, memory, unblocked);
  installDeployments(core, memory, git);
  installRepositoryRoutes(core);
  installRefDeletion(core, pulls.deleted);
  targets = { emulate, office, complete, events, unblocked, branchMoved: pulls.branchMoved, pushed: pulls.pushed };

  const ofOurs = (request: Parameters<typeof isOurs>[0]) => (isOurs(request) ? validation.check(request) : undefined);
  front.start({
    actorOf: core.actorOf,
    pass: core.pass,
    polish,
    stream: createGitStream(core, git, rights),
    faultBefore: faults.before,
    faultAfter: faults.after,
    gates: [createRightsGate(core, rights), ofOurs],
    remember: (request) => beforeEdit(core, request),
    seen(request, status) {
      if (isOurs(request)) requests.push(recordOf(request, validation.templateOf(request), status));
    },
  });

  furnish(core);
  const person = peopleOf(core);
  const linear = options.linear ? await openLinear() : undefined;
  if (linear) core.onClose(linear.close);
  const readGit: World['git'] = async (full, args) => {
    await git.toGit(full);
    return (await git.raw(full, args)).toString();
  };
  const wanted = options.actions ?? {};
  const actions = wanted && (await installActions({ ...core, git: readGit }, wanted));
  for (const repository of options.repositories ?? []) await quietly(() => addRepository(core, repository));
  const privateKey = await appPrivateKey();

  return {
    ...core,
    ...rights,
    app: { ...APP, privateKey },
    appKeys,
    get actions() {
      if (!actions) throw new Error('this world was started with `actions: false`');
      return actions;
    },
    gitHost: git,
    git: readGit,
    listen: (appUrl) => listen(core, appUrl),
    person,
    addRepository: (repository) => quietly(() => addRepository(core, repository)),
    webhooks: office,
    faults,
    requests,
    violations: validation.violations,
    get refuseUndraft() {
      return refuses.undraft;
    },
    set refuseUndraft(value) {
      refuses.undraft = value;
    },
    linear,
    async pressButton(full, checkRunId, identifier, login) {
      await person(login).request('POST', `/_world/repos/${full}/check-runs/${checkRunId}/actions`, { identifier });
    },
    expireTokens() {
      for (const [token, { installation }] of emulate.tokens) {
        if (installation?.appId === APP.id) emulate.tokens.delete(token);
      }
    },
    tell: (event, action, payload, full, login = 'root-admin') =>
      core.announce(event, action, payload, full, { login }),
    async settle() {
      await events.idle();
      await office.idle();
    },
    close: once(() => shutDown(front, stops, root, events.idle)),
  };
}

/** emulate deletes refs without a word. */
function installRefDeletion(
  core: Core,
  deleted: (full: string, ref: string, before: string, cause: Parameters<typeof core.userOf>[0]) => void,
): void {
  core.route('DELETE', '/repos/:owner/:repo/git/refs/:ref*', async (request) => {
    const full = `${request.params.owner}/${request.params.repo}`;
    const ref = `refs/${request.params.ref}`;
    const old = core.emulate.find('refs', (r) => r.ref === ref && r.repo_id === core.repo(full)?.id)?.sha;
    const answer = await core.pass(request);
    if (answer.status === 204 && old !== undefined) deleted(full, ref, old, request.actor);
    return answer;
  });
}

function listen(core: Core, appUrl: string): void {
  const url = new URL(appUrl);
  const webhook_url = url.pathname === '/' ? `${url.origin}/api/github/webhooks` : appUrl;
  const app = core.emulate.find('apps', (a) => a.app_id === APP.id);
  if (app) core.emulate.table('apps').update(app.id, { webhook_url });
}

async function shutDown(
  front: Front,
  stops: (() => void | Promise<void>)[],
  root: string,
  idle: () => Promise<void>,
): Promise<void> {
  for (const stop of stops.reverse()) await stop();
  await idle(); // git processes of queued events still work in the folder
  await front.close();
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
