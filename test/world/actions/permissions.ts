// What a job's GITHUB_TOKEN may do: the workflow's `permissions`, held under the caller's by a reusable workflow.
import type { Permissions } from '../contract.ts';
import type { PermissionsDefinition } from './workflow-file.ts';

const scopes = ['actions', 'checks', 'contents', 'deployments', 'issues', 'packages', 'pull_requests', 'statuses'];
const rank: Record<string, number> = { none: 0, read: 1, write: 2 };

/** Of organisations made since 2023: read-only. */
export const defaultPermissions: Permissions = { contents: 'read', packages: 'read' };

/** Names as in tokens (`pull_requests`), `none` left out. */
export function readPermissions(definition: PermissionsDefinition): Permissions {
  if (typeof definition === 'string') {
    const level = definition === 'write-all' ? 'write' : 'read';
    return Object.fromEntries([...scopes, ...(level === 'write' ? ['id_token'] : [])].map((name) => [name, level]));
  }
  const entries = Object.entries(definition).map(([name, level]) => [name.replaceAll('-', '_'), level] as const);
  return Object.fromEntries(entries.filter(([, level]) => level !== 'none'));
}

/** What `wanted` asks for beyond `allowed`, in GitHub's words; undefined: nothing. */
export function excess(wanted: Permissions, allowed: Permissions): string | undefined {
  const beyond = Object.entries(wanted).filter(
    ([name, level]) => (rank[level] ?? 0) > (rank[allowed[name] ?? 'none'] ?? 0),
  );
  if (!beyond.length) return undefined;
  const list = (pick: (name: string, level: string) => string) =>
    beyond.map(([name, level]) => `${name.replaceAll('_', '-')}: ${pick(name, level)}`).join(', ');
  return `requesting '${list((_, level) => level)}', but is only allowed '${list((name) => allowed[name] ?? 'none')}'`;
}
