// Asks a running Gantry by its API: where it is and with which token, and a refusal as one readable sentence.
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type ApiScope, Variables } from '../config/env-variables.ts';
import { Permanent, Retryable } from '../errors.ts';
import { Problem } from '../intake/problem.ts';
import type { Io } from './command.ts';
import { printable } from './printable.ts';

/** `content` present: it is sent by POST under an Idempotency-Key of its own. */
export type Question = { path: string; scope: ApiScope; content?: object };

/** Seconds until an answer is no longer waited for. */
const patienceSeconds = 20;

/** GANTRY_URL and GANTRY_TOKEN; on the machine of the server its own settings do. Throws Permanent for what was refused. */
export async function askApi<T>(io: Io, question: Question, answer: z.ZodType<T>): Promise<T> {
  return answer.parse(await (await send(io, question)).json());
}

/** The same for what is no JSON. */
export const askBytes = async (io: Io, question: Question): Promise<Buffer> =>
  Buffer.from(await (await send(io, question)).arrayBuffer());

async function send(io: Io, { path, scope, content }: Question): Promise<Response> {
  const url = `${urlOf(io)}/api/v1${path}`;
  const headers = { authorization: `Bearer ${tokenOf(io, scope)}` };
  const sent = await fetch(url, {
    signal: AbortSignal.any([io.signal, AbortSignal.timeout(patienceSeconds * 1_000)]),
    ...(content
      ? {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
          body: JSON.stringify(content),
        }
      : { headers }),
  }).catch((error: unknown) => {
    throw new Retryable(
      `Gantry does not answer at ${urlOf(io)}. Set GANTRY_URL to where it runs, and see that it does.`,
      {
        cause: error,
      },
    );
  });
  if (sent.ok) return sent;
  // Something else may answer there, and not with JSON: that is said below.
  const problem = Problem.safeParse(await sent.json().catch(() => undefined));
  if (!problem.success)
    throw new Permanent(`${url} answers ${sent.status}, but not as Gantry does. Is GANTRY_URL right?`);
  const { detail, problems = [] } = problem.data;
  throw new Permanent(printable([detail, ...problems.map(({ field, message }) => `${field}: ${message}`)].join('\n')));
}

function urlOf({ env }: Io): string {
  const url = env.GANTRY_URL || env.PUBLIC_URL || `http://127.0.0.1:${env.PORT || '3000'}`;
  return url.replace(/\/+$/, '');
}

function tokenOf({ env }: Io, scope: ApiScope): string {
  if (env.GANTRY_TOKEN) return env.GANTRY_TOKEN;
  const tokens = Variables.shape.API_TOKENS.safeParse(env.API_TOKENS || undefined);
  const own = tokens.data?.find(({ scopes }) => scopes.includes(scope));
  if (own) return own.token;
  throw new Permanent(
    `This needs a token with the scope "${scope}". Set GANTRY_TOKEN to one; whoever runs Gantry has them in API_TOKENS.`,
  );
}
