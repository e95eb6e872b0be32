// Own routes as [method, '/path/:param', handler]; the first handler that answers wins, else emulate does.
import type { RouteHandler, WorldAnswer, WorldRequest } from './contract.ts';

interface Route {
  method: string;
  pattern: RegExp;
  handler: RouteHandler;
}

const compile = (path: string): RegExp =>
  new RegExp(`^${path.replace(/:(\w+)\*/g, '(?<$1>.+)').replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`);

export interface Router {
  route(method: string, path: string, handler: RouteHandler): void;
  answer(request: WorldRequest): Promise<WorldAnswer | undefined>;
}

export function createRouter(): Router {
  const routes: Route[] = [];
  return {
    route: (method, path, handler) => routes.push({ method, pattern: compile(path), handler }),
    async answer(request) {
      for (const { method, pattern, handler } of routes) {
        const hit = method === request.method ? pattern.exec(request.path) : null;
        if (!hit) continue;
        request.params = Object.fromEntries(
          Object.entries(hit.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
        );
        const answer = await handler(request);
        if (answer) return answer;
      }
      return undefined;
    },
  };
}

/** An error as GitHub words it. */
export const githubError = (status: number, message: string, extra: object = {}): WorldAnswer => ({
  status,
  json: { message, documentation_url: 'https://docs.github.com/rest', status: String(status), ...extra },
});

/** The 422 that GitHub gives for a well-formed request it will not carry out. */
export const refused = (resource: string, message: string): WorldAnswer =>
  githubError(422, 'Validation Failed', { errors: [{ resource, code: 'custom', message }] });

/** One page of a list, with GitHub's Link header. */
export function paginate<T>(
  request: WorldRequest,
  url: string,
  list: T[],
): { items: T[]; headers: Record<string, string> } {
  const size = Math.min(100, Number(request.query.get('per_page') ?? 30)) || 30;
  const page = Number(request.query.get('page') ?? 1) || 1;
  const last = Math.max(1, Math.ceil(list.length / size));
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(request.query);
    query.set('per_page', String(size));
    query.set('page', String(to));
    return `<${url}${request.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  const headers: Record<string, string> = links.length > 0 ? { link: links.join(', ') } : {};
  return { items: list.slice((page - 1) * size, page * size), headers };
}
