// A refusal over HTTP as problem+json (RFC 9457): what, why, what to do. Of what was sent only names of fields are repeated.
import { z } from 'zod';

/** `problems` name fields of what was sent. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What, why, and what to do.'),
  problems: z.array(z.object({ field: z.string(), message: z.string(), expected: z.string().optional() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

const titles = {
  400: 'The request is malformed',
  401: 'Not authorised',
  403: 'Refused',
  404: 'Not found',
  409: 'Not in this state',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not acceptable',
  500: 'Internal error',
  503: 'Try again',
} as const;

type Refuse = (
  status: keyof typeof titles,
  code: string,
  detail: string,
  problems?: NonNullable<Problem['problems']>,
) => Response;

/** `code` says within the area what it is, for programs. */
export const problemOf =
  (area: 'api' | 'runner'): Refuse =>
  (status, code, detail, problems) => {
    const body: Problem = {
      type: `urn:gantry:${area}:${code}`,
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
        ...(status === 503 && { 'retry-after': '2' }),
      },
    });
  };

export const runnerProblem = problemOf('runner');
