// Refusals of the API, and what is said to whoever is not let in.
import { problemOf } from '../intake/problem.ts';
import type { Refusal } from './access.ts';

export const problem = problemOf('api');

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
