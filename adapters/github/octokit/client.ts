// Probot for App auth and one throttled Octokit per installation; what we changed about its retries stands here.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';
import { Probot, ProbotOctokit } from 'probot';
import { Retryable } from '../../../src/errors.ts';
import type { Quota } from '../../changes/contract.ts';
import { accountedFetch, type RequestSeen } from './accounted-fetch.ts';
import { failureOf, limitOf, type Refusal, refusalOf } from './failure.ts';
import { quotaOf } from './quota.ts';
import { createSharedPace } from './shared-pace.ts';

export type GitHubOptions = {
  appId: number;
  /** PEM. */
  privateKey: string;
  /** API host, for example https://api.github.com or https://ghes.example/api/v3. */
  baseUrl: string;
  /** 'github' spaces writes out as GitHub asks (1 s, 3 s where somebody is notified); 'none' is for the local world. */
  pace: 'github' | 'none';
  /** Shares that pace between replicas. */
  redisUrl?: string | undefined;
  log: Logger;
  /** Called once per request sent, never with secrets. */
  onRequest?: (request: RequestSeen) => void;
  /** Called after an answer to an installation that says what is left of its limit. */
  onQuota?: (quota: QuotaSeen) => void;
};

/** What is left of an installation's requests in this hour. */
export type QuotaSeen = { installation: number; remaining: number };

/** An installation's id, or the App itself by its JWT. */
export type Caller = number | 'app';

export type Answer<T> = { data: T; headers: Record<string, string | number | undefined>; status: number };
export type Asked<T> = { answer: Answer<T>; refusal?: undefined } | { answer?: undefined; refusal: Refusal };

export type Client = {
  /**
   * Asks GitHub. A refusal whose status is among `answers` is returned, everything else is thrown by its class.
   * While a limit lasts, requests of that caller are not sent at all.
   */
  ask<T>(
    caller: Caller,
    question: (octokit: ProbotOctokit) => Promise<Answer<T>>,
    answers?: readonly number[],
  ): Promise<Asked<T>>;
  /** As `ask`, where no refusal is an answer. */
  get<T>(caller: Caller, question: (octokit: ProbotOctokit) => Promise<Answer<T>>): Promise<Answer<T>>;
  /** As the newest answer to that caller said; undefined before the first one. */
  quota(caller: Caller): Quota | undefined;
};

// plugin-retry's list, and 405, 409 and 429: a refused merge is an answer, and a limit is waited for by the queue.
const NEVER_RETRIED = [400, 401, 403, 404, 405, 409, 410, 422, 429, 451];

export function createClient(options: GitHubOptions): Client {
  const { appId, privateKey, baseUrl, pace, redisUrl, log, onRequest = () => {}, onQuota = () => {} } = options;
  const shared = redisUrl === undefined ? {} : createSharedPace(redisUrl, String(appId), log);
  const seen = (request: RequestSeen) => {
    log.debug({ github: request }, 'request to GitHub');
    onRequest(request);
  };
  // The function form of defaults: an object would be overwritten by Probot.
  const Octokit = ProbotOctokit.plugin((octokit) => {
    octokit.hook.before('request', (options) => {
      // The queue of the throttling would ask under the name of whatever it did before.
      const here = AsyncLocalStorage.snapshot();
      const accounted = accountedFetch(options.url, seen);
      const fetch: typeof accounted = (url, init) => here(accounted, url, init);
      // A write is sent once, whatever becomes of it.
      options.request = { ...options.request, fetch, ...(options.method === 'GET' ? {} : { retries: 0 }) };
    });
  }).defaults((given: { throttle?: object; auth?: { request?: ProbotOctokit['request'] } }) => ({
    ...given,
    // Probot's asks api.github.com for a token, whatever host it was told.
    ...(given.auth?.request && { auth: { ...given.auth, request: given.auth.request.defaults({ baseUrl }) } }),
    userAgent: 'gantry',
    retry: { retries: 1, doNotRetry: NEVER_RETRIED, ...(pace === 'none' ? { retryAfterBaseValue: 20 } : {}) },
    throttle: {
      ...given.throttle,
      ...shared,
      enabled: pace === 'github',
      // Waiting inside a request would hold a worker for up to an hour: a limit is thrown, and the job comes back later.
      onRateLimit: () => false,
      onSecondaryRateLimit: () => false,
    },
  }));
  const probot = new Probot({
    appId,
    privateKey,
    baseUrl,
    log,
    Octokit,
    request: { fetch: accountedFetch(undefined, seen) },
  });

  const octokits = new Map<Caller, Promise<ProbotOctokit>>();
  const octokitOf = (caller: Caller): Promise<ProbotOctokit> => {
    const known = octokits.get(caller) ?? probot.auth(caller === 'app' ? undefined : caller);
    octokits.set(caller, known);
    return known;
  };

  const quotas = new Map<Caller, Quota>();
  const pausedUntil = new Map<Caller, number>();
  const refuseWhilePaused = (caller: Caller): void => {
    const seconds = Math.ceil(((pausedUntil.get(caller) ?? 0) - Date.now()) / 1000);
    if (seconds > 0)
      throw new Retryable(`GitHub asked this installation to pause for ${seconds} s more`, { after: seconds });
  };

  const ask: Client['ask'] = async (caller, question, answers = []) => {
    refuseWhilePaused(caller);
    const octokit = await octokitOf(caller);
    try {
      const answer = await question(octokit).catch(async (error: unknown) => {
        // The installation's token ended before its hour, as it does after a suspension. Refused is not done: ask again.
        if (caller === 'app' || refusalOf(error)?.status !== 401) throw error;
        await octokit.auth({ type: 'installation', refresh: true });
        return question(octokit);
      });
      const quota = quotaOf(answer.headers);
      if (quota) quotas.set(caller, quota);
      // Octokit gives JSON that broke off as the text that it is.
      if (typeof answer.data === 'string' && answer.data !== '')
        throw new Retryable("GitHub's answer broke off, or is no JSON");
      // GraphQL and search have limits of their own.
      const { 'x-ratelimit-remaining': remaining, 'x-ratelimit-resource': resource = 'core' } = answer.headers;
      if (caller !== 'app' && remaining !== undefined && resource === 'core')
        onQuota({ installation: caller, remaining: Number(remaining) });
      return { answer };
    } catch (error) {
      const limit = limitOf(error);
      if (limit !== undefined) pausedUntil.set(caller, Date.now() + limit * 1000);
      const refusal = refusalOf(error);
      if (refusal && answers.includes(refusal.status)) return { refusal };
      throw failureOf(error);
    }
  };

  return {
    ask,
    quota: (caller) => quotas.get(caller),
    get: async (caller, question) => {
      const { answer, refusal } = await ask(caller, question);
      if (refusal) throw new TypeError(`unasked refusal ${refusal.status}`);
      return answer;
    },
  };
}
