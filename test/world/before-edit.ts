// The texts before an edit, read while the request is still on its way: emulate's `edited` webhooks do not tell them.
import type { Core, JsonObject, WorldRequest } from './contract.ts';

const EDITS = /^\/repos\/([^/]+\/[^/]+)\/(issues\/comments|issues|pulls)\/(\d+)$/;

export function beforeEdit(core: Core, request: WorldRequest): JsonObject | undefined {
  const [, full, kind, id] = (request.method === 'PATCH' && EDITS.exec(request.path)) || [];
  if (full === undefined) return undefined;
  if (kind === 'issues/comments') {
    const comment = core.emulate.table('comments').get(Number(id));
    return comment && { body: comment.body };
  }
  const repo = core.repo(full);
  const row = core.emulate.find('issues', (i) => i.repo_id === repo?.id && i.number === Number(id));
  return row && { title: row.title, body: row.body };
}
