// The app without keys: a run's model request goes to the gateway's own process, which checks the run token for itself.
import { Retryable } from '../errors.ts';

/** What the agent's request needs of its headers there, and what of the answer's the agent. */
const requestHeaders = ['authorization', 'content-type', 'accept', 'anthropic-beta', 'anthropic-version'];
const answerHeaders = ['content-type', 'cache-control', 'retry-after', 'x-request-id', 'request-id', 'x-should-retry'];

const picked = (headers: Headers, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : [])));

/** `gatewayUrl` without trailing slash. Throws Retryable while nobody answers there. */
export const passOn =
  (gatewayUrl: string) =>
  async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const answer = await fetch(`${gatewayUrl}${pathname}${search}`, {
      method: request.method,
      headers: picked(request.headers, requestHeaders),
      body: request.body,
      duplex: 'half',
      redirect: 'manual',
      signal: request.signal,
    }).catch((cause: unknown) => {
      throw new Retryable('The gateway does not answer.', { cause });
    });
    return new Response(answer.body, { status: answer.status, headers: picked(answer.headers, answerHeaders) });
  };
