// /api/v1 as a whole: who is let in, every file of routes, the document, and what becomes of a request that fits none.
import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { ApiToken } from '../config/env-variables.ts';
import { fieldProblems } from '../facts/field-problems.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import type { Inbox } from '../journal/inbox.ts';
import type { Db } from '../journal/tables.ts';
import { createAccess } from './access.ts';
import { addArtifactContent } from './artifact-content.ts';
import { addControls } from './control-api.ts';
import { addDeadLetters } from './dead-letters.ts';
import { addLists } from './list-api.ts';
import { addOrders } from './order-api.ts';
import { problem, refusalProblem } from './problem.ts';
import { addReads } from './read-api.ts';
import type { ApiTools } from './route.ts';

export type ApiOptions = {
  db: Db;
  enqueue: Enqueue;
  inbox: Pick<Inbox, 'read'>;
  tokens: readonly ApiToken[];
  /** https makes the name of the session's cookie another one. */
  publicUrl: string;
  onError?: (error: unknown, about: { method: string; path: string }) => void;
};

/** Bytes of a request's content: none of them carries more than a few sentences. */
const contentBytes = 16_384;

export function createApi({ tokens, publicUrl, onError, ...journal }: ApiOptions): OpenAPIHono {
  const access = createAccess(tokens, { secure: publicUrl.startsWith('https:') });
  const api = new OpenAPIHono({
    defaultHook: (result) =>
      result.success
        ? undefined
        : problem(
            400,
            'malformed',
            'The request is malformed; problems names each field.',
            fieldProblems(result.error),
          ),
  });
  api.use(async (context, next) => {
    const { method } = context.req;
    // What changes something names its own scope, in mutate(); here it only has to be known.
    const { refused } = access.admit(context, method === 'GET' || method === 'HEAD' ? 'read' : undefined);
    if (refused) return refusalProblem(refused);
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
    return next();
  });
  const large = () => problem(413, 'content', `The content is larger than ${contentBytes} bytes.`);
  api.use(bodyLimit({ maxSize: contentBytes, onError: large }));

  const tools: ApiTools = { api, access, ...journal };
  addReads(tools);
  addArtifactContent(tools);
  addLists(tools);
  addControls(tools);
  addOrders(tools);
  addDeadLetters(tools);

  api.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of API_TOKENS. Reading needs the scope `read`; each change names its own.',
  });
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Gantry', version: '1', description: 'What Gantry knows, and what operators may order.' },
    servers: [{ url: '/api/v1' }],
  });
  api.all('*', () => problem(404, 'route', 'There is no such route; /api/v1/openapi.json lists them all.'));
  api.onError((error, { req }) => {
    if (error instanceof HTTPException && error.status === 400)
      return problem(400, 'malformed', 'The content is not JSON. Send it with content-type: application/json.');
    onError?.(error, { method: req.method, path: req.path });
    return problem(500, 'internal', 'Gantry failed to answer; its log says why. Nothing was changed.');
  });
  return api;
}
