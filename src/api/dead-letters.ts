// Dead letters by the API: listed, read, replayed, dismissed.
import { type DeadLetter, listDeadLetters, readDeadLetter } from '../journal/dead-letter.ts';
import { dismissDeadLetter, type ReplayTools, replayDeadLetter } from '../loop/replay.ts';
import { remedyOf } from '../render/messages/remedy.ts';
import { mutate } from './mutation.ts';
import { problem } from './problem.ts';
import { type ApiTools, get, pageOf, post } from './route.ts';
import {
  DeadLetterAnswer,
  DeadLetterPage,
  DeadLetterParams,
  DeadLetterQuery,
  SettleContent,
} from './wire-dead-letters.ts';

const absent = 'There is no such dead letter.';
const change = <const Verb extends string>(verb: Verb, summary: string) =>
  post(`/dead-letters/{id}/${verb}`, {
    id: `${verb}DeadLetter`,
    summary,
    scope: 'replay',
    params: { params: DeadLetterParams },
    content: SettleContent,
    answer: DeadLetterAnswer,
    status: 200,
    refused: { 404: absent },
  });

const routes = {
  list: get('/dead-letters', {
    id: 'listDeadLetters',
    summary: 'What was given up, newest first.',
    request: { query: DeadLetterQuery },
    answer: DeadLetterPage,
  }),
  read: get('/dead-letters/{id}', {
    id: 'readDeadLetter',
    summary: 'One dead letter.',
    request: { params: DeadLetterParams },
    answer: DeadLetterAnswer,
    absent,
  }),
  replay: change('replay', 'Does it again, once: one that is settled already is returned as it is.'),
  dismiss: change('dismiss', 'Closes it without doing anything.'),
};

export function addDeadLetters(tools: ApiTools): void {
  const { api, db, enqueue } = tools;

  api.openapi(routes.list, async (context) => {
    const { limit, cursor, ...filter } = context.req.valid('query');
    const before = cursor === undefined ? undefined : String(cursor);
    const found = await listDeadLetters(db, { ...filter, before, limit: limit + 1 });
    const { shown, next } = pageOf(found, limit, ({ id }) => id);
    return context.json({ items: shown.map(answerOf), next }, 200);
  });

  api.openapi(routes.read, async (context) => {
    const entry = await readDeadLetter(db, context.req.valid('param').id);
    return entry ? context.json(answerOf(entry), 200) : notFound();
  });

  const settle = (
    context: Parameters<typeof mutate>[0],
    verb: string,
    act: (tools: ReplayTools, id: string) => Promise<DeadLetter | undefined>,
    asked: { id: string; why: string },
  ) =>
    mutate(context, tools, {
      scope: 'replay',
      action: `${verb} dead letter`,
      why: asked.why,
      content: asked,
      async act({ tx, who }) {
        const entry = await act({ tx, enqueue, by: who }, asked.id);
        return entry ? { status: 200, body: answerOf(entry), target: `dead-letter:${entry.id}` } : notFound();
      },
    });

  api.openapi(routes.replay, (context) =>
    settle(context, 'replay', replayDeadLetter, { ...context.req.valid('param'), ...context.req.valid('json') }),
  );

  api.openapi(routes.dismiss, (context) =>
    settle(context, 'dismiss', dismissDeadLetter, { ...context.req.valid('param'), ...context.req.valid('json') }),
  );
}

const notFound = (): Response => problem(404, 'dead_letter', 'There is no dead letter with that id.');

const answerOf = (entry: DeadLetter): DeadLetterAnswer => ({
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
