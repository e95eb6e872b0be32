// A workflow at one commit with all reusable workflows that it calls, resolved before the run starts, as GitHub does.
import type { Permissions, World } from '../contract.ts';
import { defaultPermissions, excess, readPermissions } from './permissions.ts';
import { type JobDefinition, readWorkflow, triggerOf, type WorkflowFile } from './workflow-file.ts';

export interface LoadedWorkflow {
  /** `owner/name` of the repository that the file lies in. */
  repository: string;
  path: string;
  /** As the caller spelled it: a SHA, or `refs/heads/main` for the workflow of the run. */
  ref: string;
  sha: string;
  file: WorkflowFile;
  /** Job id → the reusable workflow it calls. */
  calls: Map<string, LoadedWorkflow>;
  /** What each job's token may do. */
  permissions: Map<string, Permissions>;
}

interface Place {
  repository: string;
  path: string;
  ref: string;
  sha: string;
}

const deepest = 4;

/** `problem` is the sentence GitHub shows. `allowed`: what the calling job may do; absent for the workflow of the run. */
export async function loadWorkflow(
  world: Pick<World, 'git'>,
  place: Place,
  allowed?: Permissions,
  depth = 0,
): Promise<LoadedWorkflow | { problem: string }> {
  const content = await show(world, place);
  if (content === undefined) return { problem: 'workflow was not found.' };
  const read = readWorkflow(place.path, content);
  if ('problem' in read) return read;
  const { file } = read;
  const loaded: LoadedWorkflow = { ...place, file, calls: new Map(), permissions: new Map() };
  for (const [id, job] of Object.entries(file.jobs)) {
    const stated = job.permissions ?? file.permissions;
    const permissions = stated === undefined ? (allowed ?? defaultPermissions) : readPermissions(stated);
    const tooMuch = allowed && excess(permissions, allowed);
    if (tooMuch) return { problem: `The nested job '${id}' is ${tooMuch}.` };
    loaded.permissions.set(id, permissions);
    if (job.uses === undefined) continue;
    const called = await loadCalled(world, loaded, job, permissions, depth + 1);
    if ('problem' in called) return { problem: `error parsing called workflow "${job.uses}": ${called.problem}` };
    loaded.calls.set(id, called);
  }
  return loaded;
}

async function loadCalled(
  world: Pick<World, 'git'>,
  caller: LoadedWorkflow,
  job: JobDefinition,
  permissions: Permissions,
  depth: number,
): Promise<LoadedWorkflow | { problem: string }> {
  if (depth > deepest) return { problem: `workflows may be nested ${deepest} deep` };
  const place = await placeOf(world, caller, job.uses ?? '');
  if (!place) return { problem: 'workflow was not found.' };
  const called = await loadWorkflow(world, place, permissions, depth);
  if ('problem' in called) return called;
  const trigger = triggerOf(called.file, 'workflow_call');
  if (!trigger) return { problem: 'workflow is not reusable as it is missing a `on.workflow_call` trigger' };
  const declared = trigger.inputs ?? {};
  const unknown = Object.keys(job.with ?? {}).find((name) => !declared[name]);
  if (unknown !== undefined) return { problem: `Invalid input, ${unknown} is not defined in the referenced workflow.` };
  const missing = Object.entries(declared).find(([name, input]) => input.required && job.with?.[name] === undefined);
  if (missing) return { problem: `Input ${missing[0]} is required, but not provided while calling.` };
  return called;
}

async function placeOf(world: Pick<World, 'git'>, caller: LoadedWorkflow, uses: string): Promise<Place | undefined> {
  if (uses.startsWith('./')) return { ...caller, path: uses.slice(2) };
  const [, repository, path, ref] = /^([^/]+\/[^/]+)\/([^@]+)@(.+)$/.exec(uses) ?? [];
  if (!repository || !path || !ref) return undefined;
  const sha = await resolveRef(world, repository, ref);
  return sha === undefined ? undefined : { repository, path, ref, sha };
}

/** The commit behind a branch, tag or SHA; undefined where there is none. */
export async function resolveRef(
  world: Pick<World, 'git'>,
  repository: string,
  ref: string,
): Promise<string | undefined> {
  const candidates = /^[0-9a-f]{40}$/.test(ref)
    ? [ref]
    : ref.startsWith('refs/')
      ? [ref]
      : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  for (const candidate of candidates) {
    const sha = await quiet(world, repository, ['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`]);
    if (sha?.trim()) return sha.trim();
  }
  return undefined;
}

const show = (world: Pick<World, 'git'>, { repository, sha, path }: Place) =>
  quiet(world, repository, ['show', `${sha}:${path}`]);

/** git's answer; undefined where it has none, which is an answer here (no such ref, file or repository). */
export async function quiet(
  world: Pick<World, 'git'>,
  repository: string,
  args: string[],
): Promise<string | undefined> {
  try {
    return await world.git(repository, args);
  } catch {
    return undefined;
  }
}
