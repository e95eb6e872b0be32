// The loopback server of the set-up. Who brings the one-time code from the terminal sees the form; only that browser, with
// the state that the form carried, may come back from GitHub.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Permanent } from '../../errors.ts';
import { donePage, formPage, refusedPage } from './pages.ts';

export type SetupOptions = {
  /** 0 takes a free one. Always on 127.0.0.1. */
  port: number;
  /** GitHub's page that takes the manifest. */
  registerUrl: string;
  manifest(redirect: string): string;
  /** Exchanges GitHub's code and saves what comes back. Called once. Throws Permanent. */
  finish(code: string): Promise<{ install: string }>;
};

/** `done` settles when `finish` did; it rejects with what `finish` threw. */
export type SetupServer = { url: string; done: Promise<void>; close(): Promise<void> };

type Answer = { status: number; html: string; cookie?: string };

export async function startSetupServer(options: SetupOptions): Promise<SetupServer> {
  const secret = () => randomBytes(24).toString('base64url');
  const [code, state, session] = [secret(), secret(), secret()];
  const done = Promise.withResolvers<void>();
  // Whoever awaits it hears of the failure; until then it is no unhandled one.
  done.promise.catch(() => {});
  let codeUsed = false;
  let finished = false;

  const server = http.createServer((request, response) => {
    answer(request).then(
      ({ status, html, cookie }) => {
        response.writeHead(status, { ...headers, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) });
        response.end(request.method === 'HEAD' ? undefined : html);
      },
      (error: unknown) => {
        const why = error instanceof Permanent ? error.message : 'The set-up failed; the terminal says why.';
        response.writeHead(500, headers);
        response.end(refusedPage(why), () => done.reject(error));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action ${new URL(options.registerUrl).origin}; frame-ancestors 'none'; base-uri 'none'`,
  };

  async function answer(request: http.IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', base);
    // A name of somebody else's that resolves to this machine must not make a browser ask for them.
    if (`http://${request.headers.host}` !== base || request.method !== 'GET')
      return refuse('This address is only for the browser of whoever runs npm run setup.');
    const known = same(cookieOf(request.headers.cookie), session);
    if (url.pathname === '/') return form(url.searchParams.get('code') ?? '', known);
    if (url.pathname === '/callback') return callback(url.searchParams, known);
    return { status: 404, html: refusedPage('There is no such page.') };
  }

  /** The code works once; the browser that brought it may load the page again. */
  function form(given: string, known: boolean): Answer {
    const fresh = !codeUsed && same(given, code);
    if (!known && !fresh)
      return refuse(
        'The one-time code is missing, wrong or used. Open the address that npm run setup printed, or run it again.',
      );
    codeUsed = true;
    const html = formPage(`${options.registerUrl}?state=${state}`, options.manifest(`${base}/callback`));
    return { status: 200, html, cookie: `gantry_setup=${session}; HttpOnly; SameSite=Lax; Path=/` };
  }

  async function callback(query: URLSearchParams, known: boolean): Promise<Answer> {
    const given = query.get('code') ?? '';
    if (!known || !same(query.get('state') ?? '', state))
      return refuse('This answer does not belong to the form that was shown here. Run npm run setup again.');
    if (finished || !/^[\w-]{1,200}$/.test(given))
      return refuse('GitHub gave no code, or it was used already. Run npm run setup again.');
    finished = true;
    const { install } = await options.finish(given);
    done.resolve();
    return { status: 200, html: donePage(install) };
  }

  return {
    url: `${base}/?code=${code}`,
    done: done.promise,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        // Answers that are on their way are sent; a browser's spare connections are not waited for.
        server.closeIdleConnections();
      }),
  };
}

const refuse = (why: string): Answer => ({ status: 403, html: refusedPage(why) });

const cookieOf = (header: string | undefined): string =>
  /(?:^|;\s*)gantry_setup=([\w-]+)/.exec(header ?? '')?.[1] ?? '';

function same(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
