// Reactions on issue comments; emulate has none.
import type { Core, JsonObject, WorldRequest } from './contract.ts';
import type { Memory } from './memory.ts';
import { githubError, paginate } from './router.ts';

const CONTENTS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'];
const PATH = '/repos/:owner/:repo/issues/comments/:id/reactions';

interface Reaction {
  id: number;
  commentId: number;
  userId: number;
  content: string;
  json: JsonObject;
}

export function installReactions(core: Core, memory: Memory): void {
  const reactions: Reaction[] = [];
  const commentOf = (request: WorldRequest) => {
    const repo = core.repo(`${request.params.owner}/${request.params.repo}`);
    const comment = core.emulate.table('comments').get(Number(request.params.id));
    return comment && comment.repo_id === repo?.id ? comment : undefined;
  };
  const of = (commentId: number) => reactions.filter((r) => r.commentId === commentId);

  core.route('POST', PATH, async (request) => {
    const comment = commentOf(request);
    const user = core.userOf(request.actor);
    const content = String(request.body.content);
    if (!comment || !user) return githubError(404, 'Not Found');
    if (!CONTENTS.includes(content)) return githubError(422, 'Validation Failed');
    const existing = of(comment.id).find((r) => r.userId === user.id && r.content === content);
    if (existing) return { status: 200, json: existing.json };
    const id = memory.nextId();
    const created_at = new Date().toISOString();
    const json = { id, node_id: `REA_${id}`, user: await core.personJson(request.actor), content, created_at };
    reactions.push({ id, commentId: comment.id, userId: user.id, content, json });
    return { status: 201, json };
  });

  core.route('GET', PATH, (request) => {
    const comment = commentOf(request);
    if (!comment) return githubError(404, 'Not Found');
    const content = request.query.get('content');
    const list = of(comment.id).filter((r) => !content || r.content === content);
    const { items, headers } = paginate(
      request,
      core.url,
      list.map((r) => r.json),
    );
    return { status: 200, json: items, headers };
  });

  core.route('DELETE', `${PATH}/:rid`, (request) => {
    const at = reactions.findIndex(
      (r) => r.id === Number(request.params.rid) && r.commentId === Number(request.params.id),
    );
    if (at < 0) return githubError(404, 'Not Found');
    if (reactions[at]?.userId !== core.userOf(request.actor)?.id) return githubError(403, 'Forbidden');
    reactions.splice(at, 1);
    return { status: 204 };
  });
}
