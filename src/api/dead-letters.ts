// Dead letters by the API: listed, read, replayed, dismissed.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { FailureClass } from '../facts/run.ts';
import { type DeadLetter, listDeadLetters, readDeadLetter } from '../journal/dead-letter.ts';
import { deadLetterKinds, deadLetterStates } from '../journal/dead-letter-tables.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import { dismissDeadLetter, type ReplayTools, replayDeadLetter } from '../loop/replay.ts';
import { remedyOf } from '../render/messages/remedy.ts';
import { MutationHeaders, type MutationTools, mutate } from './mutation.ts';
import { problem } from './problem.ts';
import { ProblemAnswer } from './wire.ts';

const time = z.iso.datetime();
const id = z.string().regex(/^\d{1,18}$/, 'must be the id of a dead letter, a number');

const DeadLetterAnswer = z
  .object({
    id,
    kind: z.enum(deadLetterKinds),
    stream: z.string().nullable().describe('The ticket or pull request; null for a delivery.'),
    what: z.string().describe('The event, command, target, run or fact type in question.'),
    class: FailureClass,
    why: z.string().describe('As the failure said it. It may hold what strangers wrote.'),
    hint: z.string().describe('What helps.'),
    evidence: z.record(z.string(), z.string()).describe('Where to look: GUID, run, workflow run, keys; links to each.'),
    at: time.describe('When it was given up last.'),
    times: z.int().describe('How often it was given up.'),
    state: z.enum(deadLetterStates),
    settledBy: z.string().nullable(),
    settledAt: time.nullable(),
  })
  .openapi('DeadLetter');

const ListQuery = z.object({
  kind: z.enum(deadLetterKinds).optional(),
  class: FailureClass.optional(),
  state: z.enum(deadLetterStates).optional(),
  stream: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: id.optional().describe('`next` of the page before.'),
});

const content = <Schema extends z.ZodType>(schema: Schema) => ({ content: { 'application/json': { schema } } });
const refused = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemAnswer } },
});
/** Optional by its type: only then does zod-openapi take an answer that was made elsewhere, such as a problem. */
const failure = (description: string): { 500?: ReturnType<typeof refused> } => ({ 500: refused(description) });
const refusals = {
  400: refused('A parameter is malformed; `problems` names it.'),
  401: refused('No token, or one that is not known.'),
  403: refused('The token lacks the scope.'),
  ...failure('Gantry failed to answer; its log says why. Nothing was changed.'),
};
const absent = refused('There is no such dead letter.');
const why = z.string().trim().min(3).max(500);

const list = createRoute({
  method: 'get',
  path: '/dead-letters',
  operationId: 'listDeadLetters',
  summary: 'What was given up, newest first.',
  request: { query: ListQuery },
  security: [{ token: [] }],
  responses: {
    200: {
      description: 'One page.',
      ...content(z.object({ items: z.array(DeadLetterAnswer), next: z.string().nullable() }).openapi('DeadLetterPage')),
    },
    ...refusals,
  },
});

const read = createRoute({
  method: 'get',
  path: '/dead-letters/{id}',
  operationId: 'readDeadLetter',
  summary: 'One dead letter.',
  request: { params: z.object({ id }) },
  security: [{ token: [] }],
  responses: { 200: { description: 'The dead letter.', ...content(DeadLetterAnswer) }, ...refusals, 404: absent },
});

const change = <const Verb extends string, Body extends z.ZodType>(verb: Verb, summary: string, body: Body) =>
  createRoute({
    method: 'post',
    path: `/dead-letters/{id}/${verb}` as const,
    operationId: `${verb}DeadLetter`,
    summary,
    request: {
      params: z.object({ id }),
      headers: MutationHeaders,
      body: { required: true, content: { 'application/json': { schema: body } } },
    },
    security: [{ token: [] }],
    responses: {
      200: { description: 'The dead letter as it is now.', ...content(DeadLetterAnswer) },
      ...refusals,
      404: absent,
      422: refused('The Idempotency-Key was used for another request.'),
    },
  });

const replay = change(
  'replay',
  'Does it again, once: one that is settled already is returned as it is.',
  z.object({ why: why.optional() }),
);
const dismiss = change('dismiss', 'Closes it without doing anything.', z.object({ why }));

export type DeadLetterTools = MutationTools & { enqueue: Enqueue };

export function addDeadLetters(api: OpenAPIHono, tools: DeadLetterTools): void {
  const { db, enqueue } = tools;

  api.openapi(list, async (context) => {
    const { kind, class: failure, state, stream, limit, cursor } = context.req.valid('query');
    const found = await listDeadLetters(db, { kind, class: failure, state, stream, before: cursor, limit: limit + 1 });
    const items = found.slice(0, limit);
    const next = found.length > limit ? (items.at(-1)?.id ?? null) : null;
    return context.json({ items: items.map(answerOf), next }, 200);
  });

  api.openapi(read, async (context) => {
    const entry = await readDeadLetter(db, context.req.valid('param').id);
    return entry ? context.json(answerOf(entry), 200) : notFound();
  });

  api.openapi(replay, (context) => {
    const body = context.req.valid('json');
    return settle(context, 'replay', replayDeadLetter, { id: context.req.valid('param').id, why: 'replayed', ...body });
  });

  api.openapi(dismiss, (context) =>
    settle(context, 'dismiss', dismissDeadLetter, { id: context.req.valid('param').id, ...context.req.valid('json') }),
  );

  const settle = (
    context: Parameters<typeof mutate>[0],
    action: string,
    act: (tools: ReplayTools, id: string) => Promise<DeadLetter | undefined>,
    asked: { id: string; why?: string | undefined },
  ) =>
    mutate(context, tools, {
      scope: 'replay',
      action: `${action} dead letter`,
      why: asked.why ?? '',
      content: asked,
      async act({ tx, who }) {
        const entry = await act({ tx, enqueue, by: who }, asked.id);
        return entry ? { status: 200, body: answerOf(entry), target: `dead-letter:${entry.id}` } : notFound();
      },
    });
}

const notFound = (): Response => problem(404, 'dead_letter', 'There is no dead letter with that id.');

const answerOf = (entry: DeadLetter): z.infer<typeof DeadLetterAnswer> => ({
  id: entry.id,
  kind: entry.kind,
  stream: entry.stream ?? null,
  what: entry.what,
  class: entry.class,
  why: entry.why,
  hint: entry.kind === 'delivery' ? 'Redeliver or replay it once Gantry was mended.' : remedyOf[entry.class],
  evidence: entry.evidence,
  at: entry.at.toISOString(),
  times: entry.times,
  state: entry.state,
  settledBy: entry.settledBy ?? null,
  settledAt: entry.settledAt?.toISOString() ?? null,
});
