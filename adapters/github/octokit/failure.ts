// What a refusal by GitHub means: one table from status to class. Message texts are shown, never matched.
import { Permanent, Retryable, UserFixable } from '../../../src/errors.ts';

/** GitHub's structured answer to a request that it refused. */
export type Refusal = {
  status: number;
  /** GitHub's own sentence, for people. */
  detail: string;
  /** What it says about single fields of a 422. */
  fields: { field: string; code: string }[];
};

/** GitHub's advice where it names no time. Docs: "Best practices for using the REST API". */
const LIMIT_SECONDS = 60;
/** A limit is never longer than its window; more would be a broken header. */
const LONGEST_LIMIT_SECONDS = 3_600;
/** Credentials may be in rotation, or the clock may be off by a moment. */
const CREDENTIALS_SECONDS = 60;

/** Undefined for a limit, a server's failure or a broken connection: those are no answer to the question. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!isRequestError(error) || error.status >= 500 || isMint(error) || limitOf(error) !== undefined) return undefined;
  const data = bodyOf(error);
  const errors = Array.isArray(data.errors) ? data.errors : [];
  return {
    status: error.status,
    detail: detailOf(error),
    fields: errors.flatMap((one: unknown) => {
      const { field, code } = asRecord(one);
      return typeof field === 'string' && typeof code === 'string' ? [{ field, code }] : [];
    }),
  };
}

/** Seconds to stay away, undefined when this is no rate limit. */
export function limitOf(error: unknown): number | undefined {
  if (!isRequestError(error) || (error.status !== 403 && error.status !== 429)) return undefined;
  const headers = error.response?.headers ?? {};
  const within = (seconds: number) => Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_LIMIT_SECONDS);
  const after = Number(headers['retry-after']);
  if (after > 0) return within(after);
  // Header values may arrive as numbers or strings. One second on top: the reset is in whole seconds.
  if (String(headers['x-ratelimit-remaining']) === '0')
    return within(Number(headers['x-ratelimit-reset']) - Date.now() / 1000 + 1 || LIMIT_SECONDS);
  const explained = bodyOf(error).documentation_url;
  const secondary = typeof explained === 'string' && explained.includes('secondary-rate-limits');
  return error.status === 429 || secondary ? LIMIT_SECONDS : undefined;
}

/** The error to throw. Nothing was asked of `error` before: any value that a request can reject with is welcome. */
export function failureOf(error: unknown): Error {
  if (error instanceof Retryable || error instanceof Permanent || error instanceof UserFixable) return error;
  const request = requestOf(error);
  // No answer at all, or one that broke off: the request may have been carried out.
  if (!isRequestError(error)) return new Retryable(`${request}: the connection to GitHub broke`, { cause: error });
  const after = limitOf(error);
  if (after !== undefined)
    return new Retryable(`${request}: GitHub asks for a pause of ${after} s`, { after, cause: error });
  const said = `${request}: GitHub answered ${error.status}: ${detailOf(error)}`;
  if (isMint(error) && [403, 404, 422].includes(error.status))
    return new UserFixable('app_not_installed', { detail: detailOf(error) }, { cause: error });
  const kind = classes[error.status] ?? (error.status >= 500 ? 'retry' : 'permanent');
  switch (kind) {
    case 'retry':
      return new Retryable(said, { cause: error });
    case 'credentials':
      return new Retryable(said, { after: CREDENTIALS_SECONDS, cause: error });
    case 'permission':
      return new UserFixable(
        'permission_missing',
        { request, needs: neededRights(error), detail: detailOf(error) },
        { cause: error },
      );
    case 'permanent':
      return new Permanent(said, { cause: error });
  }
}

/** A status that is not listed is permanent below 500 and worth another try from there on. Limits are seen before. */
const classes: Record<number, 'retry' | 'credentials' | 'permission' | 'permanent'> = {
  401: 'credentials',
  403: 'permission',
  408: 'retry',
  // Two writers met, or a repository is being moved: reading again tells.
  409: 'retry',
  423: 'retry',
};

/** What Octokit rejects with once a request was made; status 500 without a response stands for a broken connection. */
type RequestError = Error & {
  status: number;
  request: { method: string; url: string };
  response?: { headers: Record<string, string | number | undefined>; data: unknown };
};

// By shape: several copies of Octokit's class may be installed.
const isRequestError = (error: unknown): error is RequestError =>
  error instanceof Error &&
  'status' in error &&
  typeof error.status === 'number' &&
  'request' in error &&
  typeof asRecord(error.request).url === 'string';

/** The request that failed, its address without query. */
const requestOf = (error: unknown): string =>
  isRequestError(error) ? `${error.request.method} ${error.request.url.split('?')[0]}` : 'GitHub';

/** A refused token is about the installation, whatever was asked for with it. */
const isMint = (error: RequestError): boolean => /\/access_tokens$/.test(new URL(error.request.url).pathname);

function neededRights(error: RequestError): string {
  const needed = error.response?.headers['x-accepted-github-permissions'];
  return typeof needed === 'string' ? needed : '';
}

function detailOf(error: RequestError): string {
  const data = bodyOf(error);
  const said = typeof data.message === 'string' ? [data.message] : [];
  const errors = Array.isArray(data.errors) ? data.errors : [];
  for (const one of errors) {
    const { message } = asRecord(one);
    if (typeof one === 'string') said.push(one);
    else if (typeof message === 'string') said.push(message);
  }
  return said.join('. ').slice(0, 1_000) || `status ${error.status}`;
}

const bodyOf = (error: RequestError): Record<string, unknown> => asRecord(error.response?.data);

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
