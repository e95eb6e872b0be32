// The `github` context of a run; its strings are also the GITHUB_* variables of every step.
import type { JsonObject } from '../contract.ts';
import type { ActionsHost } from './actions-host.ts';
import type { RunRecord } from './run-record.ts';

export function githubContext(host: ActionsHost, run: RunRecord): JsonObject {
  const { row, repository } = run;
  const repo = host.world.repo(repository);
  const ref = `refs/heads/${row.head_branch}`;
  const login = (person: unknown) => String(Object(person).login);
  return {
    event_name: 'workflow_dispatch',
    event: { inputs: run.inputs, ref, repository: row.repository, sender: row.actor, workflow: row.path },
    repository,
    repository_id: String(repo?.id),
    repository_owner: repository.split('/')[0],
    repository_owner_id: String(repo?.owner_id),
    ref,
    ref_name: row.head_branch,
    ref_type: 'branch',
    sha: row.head_sha,
    actor: login(row.actor),
    actor_id: String(Object(row.actor).id),
    triggering_actor: login(row.triggering_actor),
    workflow: row.name,
    workflow_ref: `${repository}/${row.path}@${ref}`,
    workflow_sha: row.head_sha,
    run_id: String(row.id),
    run_number: String(row.run_number),
    run_attempt: String(row.run_attempt),
    server_url: host.world.url,
    api_url: host.world.url,
    graphql_url: `${host.world.url}/graphql`,
  };
}
