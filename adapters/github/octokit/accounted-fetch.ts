// Every request that leaves for GitHub, token mints and retries included, passes here: versioned, timed out and counted.

/** One request as it was sent. `route` is the template (bounded in number), never the address. */
export type RequestSeen = {
  method: string;
  route: string;
  /** 0 when no answer came. */
  status: number;
  ms: number;
  /** What is left of the primary limit; undefined where GitHub did not say. */
  remaining: number | undefined;
};

export type Fetch = (url: string, init: RequestInit & { headers: Record<string, string> }) => Promise<Response>;

/** Without it GitHub chooses the version, and breaks us on a day of its own. */
const API_VERSION = '2022-11-28';
/** GitHub answers or gives up within 10 s; the rest is the network. */
const TIMEOUT_MS = 30_000;
const MINT = /^\/(?:api\/v3\/)?app\/installations\/\d+\/access_tokens$/;

/** `route` undefined: Octokit's own request for a token, which no hook of ours sees. */
export const accountedFetch =
  (route: string | undefined, onRequest: (request: RequestSeen) => void): Fetch =>
  async (url, init) => {
    const began = performance.now();
    const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(init.signal ? [init.signal] : [])];
    let answer: Response | undefined;
    try {
      answer = await globalThis.fetch(url, {
        ...init,
        headers: { ...init.headers, 'x-github-api-version': API_VERSION },
        signal: AbortSignal.any(signals),
      });
      return answer;
    } finally {
      const remaining = answer?.headers.get('x-ratelimit-remaining');
      onRequest({
        method: init.method ?? 'GET',
        route:
          route ?? (MINT.test(new URL(url).pathname) ? '/app/installations/{installation_id}/access_tokens' : 'other'),
        status: answer?.status ?? 0,
        ms: Math.round(performance.now() - began),
        remaining: remaining ? Number(remaining) : undefined,
      });
    }
  };
