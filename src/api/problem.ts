// A refusal of the API as problem+json (RFC 9457): what, why, what to do. Nothing of what was sent is repeated.
import type { FieldProblem } from '../facts/field-problems.ts';
import type { Refusal } from './access.ts';

const titles = {
  400: 'The request is malformed',
  401: 'A token is needed',
  403: 'Refused',
  404: 'Not found',
  409: 'Not in this state',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not acceptable',
  500: 'Internal error',
} as const;

export type ProblemStatus = keyof typeof titles;

export function problem(
  status: ProblemStatus,
  code: string,
  detail: string,
  problems?: readonly FieldProblem[],
): Response {
  const body = {
    type: `urn:gantry:api:${code}`,
    title: titles[status],
    status,
    detail,
    ...(problems && { problems: problems.slice(0, 20) }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(status === 401 && { 'www-authenticate': 'Bearer realm="gantry"' }),
    },
  });
}

export const refusals: Readonly<Record<Refusal, { status: 401 | 403; detail: string }>> = {
  no_tokens: {
    status: 403,
    detail:
      'Nobody can read here yet: the environment variable API_TOKENS is not set. The operator sets it to a long random text and starts Gantry again.',
  },
  no_token: {
    status: 401,
    detail:
      'This needs a token: send it as "Authorization: Bearer <token>". The operator of Gantry hands them out (API_TOKENS).',
  },
  wrong_token: {
    status: 401,
    detail:
      'The token or session is unknown, expired or revoked. Ask the operator of Gantry for a token of API_TOKENS.',
  },
  scope: { status: 403, detail: 'This token may not do that: its entry in API_TOKENS does not name the scope' },
};

/** `scope`: what would have been needed. */
export const refusalProblem = (refused: Refusal, scope = 'read'): Response =>
  problem(
    refusals[refused].status,
    refused,
    refused === 'scope' ? `${refusals.scope.detail} "${scope}".` : refusals[refused].detail,
  );
