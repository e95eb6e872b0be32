// A refusal as problem+json (RFC 9457). Nothing of what was sent is repeated, but names of fields and claims.
import type { Problem } from './wire.ts';

const titles = {
  400: 'The request is malformed',
  401: 'Not authorised',
  403: 'Refused',
  404: 'Not found',
  409: 'The run is not in that state',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'The content is not acceptable',
  500: 'Internal error',
  503: 'Try again',
} as const;

export type ProblemStatus = keyof typeof titles;

export function problem(
  status: ProblemStatus,
  code: string,
  detail: string,
  problems?: NonNullable<Problem['problems']>,
): Response {
  const body: Problem = {
    type: `urn:gantry:runner:${code}`,
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
      ...(status === 503 && { 'retry-after': '2' }),
    },
  });
}
