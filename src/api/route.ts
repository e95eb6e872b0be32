// The shape of a route of /api/v1: reading with a cursor, or changing something with an Idempotency-Key. Refusals are problems.
import { createRoute, type OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import type { Enqueue } from '../journal/enqueue.ts';
import type { Inbox } from '../journal/inbox.ts';
import type { Db } from '../journal/tables.ts';
import type { Access } from './access.ts';
import { MutationHeaders } from './mutation.ts';
import { ProblemAnswer } from './wire.ts';

/** Lent to each file of routes: it adds its own to `api`. */
export type ApiTools = {
  api: OpenAPIHono;
  db: Db;
  enqueue: Enqueue;
  inbox: Pick<Inbox, 'read'>;
  access: Access;
};

const refusal = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemAnswer } },
});

export const get = <const Path extends string, Request extends object, Schema extends z.ZodType>(
  path: Path,
  {
    id,
    summary,
    request,
    answer,
    absent,
  }: { id: string; summary: string; request: Request; answer: Schema; absent?: string },
) =>
  createRoute({
    method: 'get',
    path,
    operationId: id,
    summary,
    request,
    security: [{ token: [] }],
    responses: {
      200: { description: summary, content: { 'application/json': { schema: answer } } },
      400: refusal('A parameter is malformed; `problems` names it.'),
      401: refusal('No token, or one that is not known.'),
      403: refusal('The token lacks the scope `read`, or no token is configured.'),
      ...(absent !== undefined && { 404: refusal(absent) }),
    },
  });

/** `status`: of success. `refused`: what can stand in its way beside a malformed or unauthorised request. */
export const post = <
  const Path extends string,
  Params extends object,
  Content extends z.ZodType,
  Schema extends z.ZodType,
>(
  path: Path,
  {
    id,
    summary,
    scope,
    params,
    content,
    answer,
    status,
    refused,
  }: {
    id: string;
    summary: string;
    scope: string;
    params: Params;
    content: Content;
    answer: Schema;
    status: 200 | 201 | 202;
    refused: Readonly<Partial<Record<404 | 409, string>>>;
  },
) =>
  createRoute({
    method: 'post',
    path,
    operationId: id,
    summary,
    description: `Needs the scope \`${scope}\`.`,
    request: {
      headers: MutationHeaders,
      ...params,
      body: { required: true, content: { 'application/json': { schema: content } } },
    },
    security: [{ token: [] }],
    // Typed loosely: mutate() answers with what was kept, byte for byte.
    responses: {
      [status]: { description: summary, content: { 'application/json': { schema: answer } } },
      400: refusal('The request is malformed; `problems` names each field.'),
      401: refusal('No token, or one that is not known.'),
      403: refusal(`The token lacks the scope \`${scope}\`.`),
      ...Object.fromEntries(Object.entries(refused).map(([code, text]) => [code, refusal(text)])),
      413: refusal('The content is too large.'),
      422: refusal('The Idempotency-Key was used for another request.'),
    } as RouteConfig['responses'],
  });

/** One more than `limit` was read; `next` is the cursor of the last one shown, where there is more. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  cursor: (one: T) => string,
): { shown: T[]; next: string | null } {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return { shown, next: found.length > limit && last !== undefined ? cursor(last) : null };
}
