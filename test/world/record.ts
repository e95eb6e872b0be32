// Counts what the App asks of GitHub, by route; token mints stand apart.
import type { RecordedRequest, WorldRequest } from './contract.ts';
import { APP } from './seed.ts';

/** By the App's JWT or one of its installation tokens; not people, not workflow jobs. */
export const isOurs = ({ actor }: WorldRequest): boolean =>
  actor.kind === 'app' || actor.installation?.appId === APP.id;

export function recordOf(request: WorldRequest, route: string, status: number): RecordedRequest {
  const { method, path } = request;
  const mint = route === 'POST /app/installations/{installation_id}/access_tokens';
  return { method, path, route, status, by: request.actor.kind === 'app' ? 'app' : 'installation', mint };
}
