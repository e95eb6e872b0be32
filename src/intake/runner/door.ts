// The door for runners, mounted at /runner. One exchange by OIDC; behind it everything carries the token of one run.
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { Retryable } from '../../errors.ts';
import { mostConversationBytes } from '../../facts/conversation.ts';
import { type HeartbeatAnswer, Submission } from '../../facts/run.ts';
import { aboutRun } from '../../journal/about-run.ts';
import { readArtifact, storeArtifact } from '../../journal/artifact.ts';
import { heartbeat, type RunRow, runByToken, usageOf } from '../../journal/lease.ts';
import { type Problem, runnerProblem } from '../problem.ts';
import type { RunnerDoorDeps } from './deps.ts';
import { exchange } from './exchange.ts';
import { createIdentityVerifier } from './identity.ts';
import { type OpenBytes, readBytes, readJson } from './read-body.ts';
import { bearerRunToken, hashRunToken } from './run-token.ts';
import { submit, submittedBefore } from './submit.ts';
import { ArtifactKind, ExchangeRequest, HeartbeatRequest } from './wire.ts';

type Env = { Variables: { run: RunRow } };

const mebi = 1024 * 1024;
const caps = {
  exchange: 32 * 1024,
  heartbeat: 16 * 1024,
  submit: 4 * mebi,
  bundle: 100 * mebi,
  patch: 100 * mebi,
  evidence: 20 * mebi,
  conversation: mostConversationBytes,
};
const mediaOf: Record<ArtifactKind, string> = {
  bundle: 'application/x-git-bundle',
  patch: 'text/x-patch',
  evidence: 'application/json',
  conversation: 'application/x-tar',
};

export function createRunnerDoor(deps: RunnerDoorDeps): Hono<Env> {
  const { db } = deps;
  const verify = createIdentityVerifier({ issuer: deps.issuer, audience: deps.publicUrl });
  const open: OpenBytes = { left: 400 * mebi };
  const door = new Hono<Env>();

  const noToken = () => {
    deps.onStranger?.('token', 'the run token is missing, unknown, expired or revoked');
    return runnerProblem(
      401,
      'token',
      'The run token is missing, unknown, expired or revoked: the run has ended or its lease ran out. Type /retry on the issue.',
    );
  };
  const runOf = async (authorization: string | undefined) => {
    const token = bearerRunToken(authorization);
    return token === undefined ? undefined : runByToken(db, hashRunToken(token));
  };
  const withRun = createMiddleware<Env>(async (context, next) => {
    const run = await runOf(context.req.header('authorization'));
    if (!run) return noToken();
    context.set('run', run);
    return next();
  });

  door.onError((error, context) => {
    const run: RunRow | undefined = context.get('run');
    deps.onError(error, { method: context.req.method, path: context.req.path, ...(run && aboutRun(run)) });
    return error instanceof Retryable
      ? runnerProblem(
          503,
          'unavailable',
          'Something that the control plane needs does not answer. Try again in a few seconds.',
        )
      : runnerProblem(500, 'internal', 'The control plane failed; its log says why.');
  });
  door.notFound(() => runnerProblem(404, 'route', 'There is no such route for runners.'));

  door.post('/exchange', async (context) => {
    const body = await readJson(context.req.raw, ExchangeRequest, caps.exchange, open);
    if (body instanceof Response) return body;
    const answer = await exchange(deps, verify, body.value);
    if (!(answer instanceof Response)) return context.json(answer, 200, { 'cache-control': 'no-store' });
    // What was refused beyond these two came from a job of the run's own repository.
    if (answer.status === 401 || answer.status === 404)
      deps.onStranger?.('exchange', `a job may not take a run (${answer.status})`);
    else
      deps.onRefused?.(`a job may not take it: ${((await answer.clone().json()) as Problem).detail}`, body.value.run);
    return answer;
  });

  door.post('/heartbeat', withRun, async (context) => {
    const body = await readJson(context.req.raw, HeartbeatRequest, caps.heartbeat, open);
    if (body instanceof Response) return body;
    const run = context.get('run');
    const beat = await heartbeat(db, run, body.value.progress, deps.leaseSeconds(run.assignment));
    if ('refused' in beat) {
      deps.onRefused?.(beat.why, run.id);
      return runnerProblem(409, 'lease_lost', `The lease is no longer held by this runner: ${beat.why}. Stop here.`);
    }
    const answer: HeartbeatAnswer =
      beat.cancel === undefined ? { order: 'go_on' } : { order: 'cancel', why: beat.cancel };
    return context.json(answer);
  });

  door.put('/artifacts/:kind', withRun, async (context) => {
    const kind = ArtifactKind.safeParse(context.req.param('kind'));
    if (!kind.success)
      return runnerProblem(404, 'artifact_kind', 'An artifact is a bundle, a patch, a conversation or evidence.');
    if (kind.data !== 'evidence' && context.get('run').assignment.stage === 'verify')
      return runnerProblem(403, 'artifact_kind', 'A verify run makes no bundle, no patch and no conversation.');
    const body = await readBytes(context.req.raw, caps[kind.data], open);
    if (body instanceof Response) return body;
    try {
      return context.json({ digest: await storeArtifact(db, body.bytes, mediaOf[kind.data]) });
    } finally {
      body.release();
    }
  });

  door.get('/artifacts/:digest', withRun, async (context) => {
    const { subject, conversation } = context.get('run').assignment;
    const digest = context.req.param('digest');
    const named = [subject?.kind === 'bundle' ? subject.artifact : undefined, conversation?.artifact];
    if (!named.includes(digest))
      return runnerProblem(403, 'artifact', 'A run may read only the artifacts that its assignment names.');
    const found = await readArtifact(db, digest);
    if (!found) return runnerProblem(404, 'artifact', 'The artifact is no longer stored. Type /retry on the issue.');
    return new Response(new Uint8Array(found.bytes), { headers: { 'content-type': found.media } });
  });

  door.get('/truth', withRun, async (context) => {
    const run = context.get('run');
    if (!deps.truth) return runnerProblem(404, 'truth', 'The gateway of this control plane does not tell.');
    return context.json({ ...(await deps.truth(run)), usage: await usageOf(db, run.id) });
  });

  /** `?run=` lets a submission whose answer was lost be sent again, though its token died with the first one. */
  door.post('/submit', async (context) => {
    const run = await runOf(context.req.header('authorization'));
    const id = context.req.query('run');
    if (!run && id === undefined) return noToken();
    const body = await readJson(context.req.raw, Submission, caps.submit, open);
    if (body instanceof Response) return run ? body : noToken();
    if (!run)
      return id !== undefined && (await submittedBefore(db, id, body.value))
        ? context.json({ accepted: true, repeated: true })
        : noToken();
    context.set('run', run);
    const answer = await submit(deps, run, body.value);
    return answer instanceof Response ? answer : context.json(answer);
  });

  door.all('/model/:protocol/*', withRun, (context) => deps.gateway(context.req.raw, context.get('run')));

  return door;
}
