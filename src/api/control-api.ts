// The kill switch by the API: what is in force, pause, resume; and the audit of all that was ordered.
import type { z } from '@hono/zod-openapi';
import { ControlScope, repositoryScope } from '../facts/control.ts';
import { listAudit } from '../journal/audit.ts';
import { type Control, liftControls, listControls, setControl } from '../journal/control.ts';
import { stopRuns } from '../journal/stop-run.ts';
import type { Db } from '../journal/tables.ts';
import { mutate } from './mutation.ts';
import { problem } from './problem.ts';
import { repositoryNamed } from './read/tickets.ts';
import { type ApiTools, get, pageOf, post } from './route.ts';
import {
  AuditPage,
  AuditQuery,
  type ControlAnswer,
  ControlPage,
  ControlQuery,
  PauseContent,
  PausedAnswer,
  ResumeContent,
  ResumedAnswer,
} from './wire-control.ts';

const routes = {
  controls: get('/controls', {
    id: 'listControls',
    summary: 'What keeps Gantry still, newest first.',
    request: { query: ControlQuery },
    answer: ControlPage,
  }),
  pause: post('/controls', {
    id: 'pause',
    summary: 'Keeps everything, a repository or an adapter still, from now on.',
    scope: 'pause',
    params: {},
    content: PauseContent,
    answer: PausedAnswer,
    status: 201,
    refused: { 404: 'No repository of that name is known.' },
  }),
  resume: post('/controls/resume', {
    id: 'resume',
    summary: 'Lifts every control of exactly this scope, whoever set it.',
    scope: 'pause',
    params: {},
    content: ResumeContent,
    answer: ResumedAnswer,
    status: 200,
    refused: { 404: 'No repository of that name is known.', 409: 'Nothing of that scope is in force.' },
  }),
  audit: get('/audit', {
    id: 'listAudit',
    summary: 'Every change that was ordered, newest first.',
    request: { query: AuditQuery },
    answer: AuditPage,
  }),
};

/** Far more than anybody sets at once. */
const mostStanding = 200;

export function addControls(tools: ApiTools): void {
  const { api, db, enqueue } = tools;

  api.openapi(routes.controls, async (context) => {
    const { state, limit, cursor } = context.req.valid('query');
    const found = await listControls(db, { inForce: state === 'standing', before: cursor, limit: limit + 1 });
    const { shown, next } = pageOf(found, limit, ({ control }) => String(control));
    return context.json({ items: shown.map(controlAnswer), next }, 200);
  });

  api.openapi(routes.pause, (context) => {
    const content = context.req.valid('json');
    const { why, mode, inFlight, minutes } = content;
    return mutate(context, tools, {
      scope: 'pause',
      action: mode === 'paused' ? 'pause' : 'make read-only',
      why,
      content,
      async act({ tx, who: by }) {
        const scope = await scopeOf(tx, content.scope);
        if (!scope) return unknownRepository();
        const { control } = await setControl(tx, { scope, mode, inFlight, source: 'api', by, why, minutes });
        const stopped = inFlight === 'cancel' ? await stopRuns(tx, enqueue, scope, { by, why }) : [];
        const target = `control:${control.control} ${scope}`;
        return { status: 201, body: { control: controlAnswer(control), stopped }, target };
      },
    });
  });

  api.openapi(routes.resume, (context) => {
    const content = context.req.valid('json');
    return mutate(context, tools, {
      scope: 'pause',
      action: 'resume',
      why: content.why,
      content,
      async act({ tx, who: by }) {
        const scope = await scopeOf(tx, content.scope);
        if (!scope) return unknownRepository();
        const lifted = await liftControls(tx, { scope, by, why: content.why });
        if (lifted.length === 0)
          return problem(409, 'control', 'Nothing of that scope is in force; GET /api/v1/controls lists what is.');
        const standing = await listControls(tx, { inForce: true, before: undefined, limit: mostStanding });
        const target = `${lifted.map(({ control }) => `control:${control}`).join(' ')} ${scope}`;
        return {
          status: 200,
          body: { lifted: lifted.map(controlAnswer), standing: standing.map(controlAnswer) },
          target,
        };
      },
    });
  });

  api.openapi(routes.audit, async (context) => {
    const { limit, cursor } = context.req.valid('query');
    const found = await listAudit(db, { before: cursor, limit: limit + 1 });
    const { shown, next } = pageOf(found, limit, ({ id }) => String(id));
    const items = shown.map(({ at, request, ...entry }) => ({
      ...entry,
      at: at.toISOString(),
      request: request ?? null,
    }));
    return context.json({ items, next }, 200);
  });
}

const unknownRepository = () =>
  problem(
    404,
    'repository',
    'Gantry has not heard of a repository of that name. Name it by its numeric id: repository:<id>.',
  );

/** Undefined for a name that nothing is known of. */
async function scopeOf(db: Db, asked: string): Promise<ControlScope | undefined> {
  const scope = ControlScope.safeParse(asked);
  if (scope.success) return scope.data;
  const [owner = '', name = ''] = asked.replace('repository:', '').split('/');
  const id = await repositoryNamed(db, owner, name);
  return id === undefined ? undefined : repositoryScope(id);
}

const controlAnswer = ({ control, at, until, lifted, ...rest }: Control): z.infer<typeof ControlAnswer> => ({
  id: control,
  ...rest,
  at: at.toISOString(),
  until: until ?? null,
  lifted: lifted ? { ...lifted, at: lifted.at.toISOString() } : null,
});
