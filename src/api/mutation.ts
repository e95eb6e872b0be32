// Everything that changes something by the API goes through here: scope, Idempotency-Key, one transaction, audit.
import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import type { ApiScope } from '../config/env-variables.ts';
import { digestOf } from '../journal/artifact.ts';
import { audit } from '../journal/audit.ts';
import { keepAnswer, takeKey } from '../journal/kept-answer.ts';
import type { Db, Tx } from '../journal/tables.ts';
import type { Access } from './access.ts';
import { problem, refusalProblem } from './problem.ts';

export type MutationTools = { db: Db; access: Access };

/** What a change may use: its transaction, who asked for it, and the id of the request. */
export type Acting = { tx: Tx; who: string; request: string };

/** Done, with what it was done to, as the audit names it; or a problem, and then nothing was changed or kept. */
export type Mutated = { status: 200 | 201 | 202; body: object; target: string } | Response;

export type Mutation = {
  scope: Exclude<ApiScope, 'read' | 'artifacts'>;
  /** A verb for the audit, such as `pause`. */
  action: string;
  why: string;
  /** The content as it was read: the same key with another content is refused. */
  content: object;
  act(acting: Acting): Promise<Mutated>;
};

/** Printable, without spaces; a UUID is what most clients send. */
const keyForm = /^[\x21-\x7e]{1,128}$/;

/** For the document of a route: `request: { headers: MutationHeaders, … }`. */
export const MutationHeaders = z.object({
  'idempotency-key': z
    .string({ error: 'is missing: send any text of your own, such as a UUID' })
    .regex(keyForm, 'must be 1 to 128 printable characters without spaces')
    .describe(
      'Any text of your own, such as a UUID. The same key gives the same answer for a day; nothing is done twice.',
    ),
});

/**
 * The same key and request gives the same answer again, with `idempotency-replayed: true`; two at once wait for each other.
 * Only a token in the header may change something: a session in a browser reads.
 */
export async function mutate(context: Context, tools: MutationTools, mutation: Mutation): Promise<Response> {
  const { req } = context;
  if (req.header('authorization') === undefined) return refusalProblem('no_token', mutation.scope);
  const { viewer, refused } = tools.access.admit(context, mutation.scope);
  if (refused) return refusalProblem(refused, mutation.scope);
  const key = req.header('idempotency-key') ?? '';
  if (!keyForm.test(key))
    return problem(400, 'idempotency_key', 'Send a header Idempotency-Key with a text of your own, such as a UUID.');
  const request = digestOf(`${req.method} ${new URL(req.url).pathname}\n${JSON.stringify(mutation.content)}`);
  const who = viewer.name;
  const id = randomUUID();
  try {
    return await tools.db.transaction().execute(async (tx) => {
      const before = await takeKey(tx, { who, key, request });
      if (before === 'other_request')
        return problem(422, 'idempotency_key', 'This Idempotency-Key was used for another request. Take a new one.');
      if (before !== 'taken') return answerOf(before.status, before.body, { 'idempotency-replayed': 'true' });
      const done = await mutation.act({ tx, who, request: id });
      if (done instanceof Response) throw new Undone(done);
      const { scope, action, why } = mutation;
      await audit(tx, { source: 'api', who, scope, action, target: done.target, why, request: id });
      const body = JSON.stringify(done.body);
      await keepAnswer(tx, { who, key }, { status: done.status, body });
      return answerOf(done.status, body, { 'x-request-id': id });
    });
  } catch (error) {
    if (error instanceof Undone) return error.answer;
    throw error;
  }
}

/** Carries a refusal out of the transaction, which is rolled back by it: the key stays free. */
class Undone extends Error {
  readonly answer: Response;
  constructor(answer: Response) {
    super('nothing was changed');
    this.answer = answer;
  }
}

const answerOf = (status: number, body: string, headers: Record<string, string>): Response =>
  new Response(body, {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  });
