// actions/upload-artifact and actions/download-artifact, kept by the host as real zip files.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type ActionsHost, now } from './actions-host.ts';
import type { BuiltinAction } from './job-machine.ts';
import type { RunRecord } from './run-record.ts';
import { filesOf, unpackTo, zip } from './zip.ts';

const keptMs = 90 * 24 * 3600 * 1000;

export function uploadArtifact(host: ActionsHost, run: RunRecord, workspace: string): BuiltinAction {
  return async (inputs): Promise<Record<string, string>> => {
    const files = filesOf(path.resolve(workspace, inputs.path ?? ''));
    if (!files.length) {
      if (inputs['if-no-files-found'] === 'error')
        throw new Error(`No files were found with the provided path: ${inputs.path}`);
      return {};
    }
    const name = inputs.name || 'artifact';
    const taken = [...host.artifacts.values()].some((one) => one.run === run.row.id && one.name === name);
    if (taken)
      throw new Error(`Failed to CreateArtifact: an artifact with this name already exists on the workflow run`);
    const bytes = zip(files);
    const id = host.newId();
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const url = `${host.world.url}/repos/${run.repository}/actions/artifacts/${id}`;
    const { head_branch, head_sha } = run.row;
    const repositoryId = host.world.repo(run.repository)?.id;
    const row = {
      id,
      node_id: `A_${id}`,
      name,
      size_in_bytes: bytes.length,
      url,
      archive_download_url: `${url}/zip`,
      expired: false,
      digest,
      created_at: now(),
      updated_at: now(),
      expires_at: new Date(Date.now() + keptMs).toISOString(),
      workflow_run: {
        id: run.row.id,
        repository_id: repositoryId,
        head_repository_id: repositoryId,
        head_branch,
        head_sha,
      },
    };
    host.artifacts.set(id, { row, name, run: run.row.id, repository: run.repository, bytes });
    return { 'artifact-id': String(id), 'artifact-digest': digest };
  };
}

/** Of the same run only, as without `run-id` on GitHub. */
export function downloadArtifact(host: ActionsHost, run: RunRecord, workspace: string): BuiltinAction {
  return async (inputs) => {
    const found = [...host.artifacts.values()].filter(
      (one) => one.run === run.row.id && (!inputs.name || one.name === inputs.name),
    );
    if (inputs.name && !found.length)
      throw new Error(`Unable to download artifact(s): Artifact not found for name: ${inputs.name}`);
    for (const one of found) {
      unpackTo(one.bytes, path.resolve(workspace, inputs.path || '.', inputs.name ? '' : one.name));
    }
    return {};
  };
}
