// Signing in: a token is pasted once and a session takes its place. Tokens in addresses are not read: addresses leak.
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import type { Access, Refusal, Viewer } from '../access.ts';
import { refusals } from '../problem.ts';
import type { SignInLinks } from '../sign-in-links.ts';
import { type Html, html } from './html.ts';
import { showPage } from './layout.ts';

export type Viewing = { Variables: { viewer: Viewer } };

/** Lets readers through and shows everybody else how to sign in. */
export const readersOnly = (access: Access) =>
  createMiddleware<Viewing>(async (context, next) => {
    const { viewer, refused } = access.admit(context, 'read');
    if (viewer) {
      context.set('viewer', viewer);
      return next();
    }
    return refused === 'no_token' && cameFromElsewhere(context)
      ? comeAgain(context)
      : refuse(context, refused, pathOf(context));
  });

/** `links` absent: there are no one-time links. */
export function createSignIn(access: Access, links?: SignInLinks): Hono {
  const door = new Hono();
  door.get('/sign-in', (context) => showPage(context, { title: 'Sign in', body: form('/') }));
  door.get('/sign-in/:code', (context) => {
    if (!links?.take(context.req.param('code'))) return showPage(context, { title: 'Link expired', body: stale }, 403);
    const { refused } = access.signInAsReader(context);
    return refused ? refuse(context, refused, '/') : context.redirect('/', 303);
  });
  door.post('/sign-in', bodyLimit({ maxSize: 4_096 }), async (context) => {
    if (isForeign(context)) return showPage(context, { title: 'Refused', body: foreign }, 403);
    const { token, to } = await context.req.parseBody();
    const target = localPath(to);
    const { refused } = access.signIn(context, typeof token === 'string' ? token.trim() : '');
    return refused ? refuse(context, refused, target) : context.redirect(target, 303);
  });
  door.post('/sign-out', bodyLimit({ maxSize: 4_096 }), (context) => {
    if (isForeign(context)) return showPage(context, { title: 'Refused', body: foreign }, 403);
    access.signOut(context);
    return context.redirect('/sign-in', 303);
  });
  return door;
}

function refuse(context: Context, refused: Refusal, to: string) {
  const { status } = refusals[refused];
  if (status === 401) context.header('www-authenticate', 'Bearer realm="gantry"');
  const body =
    refused === 'no_tokens'
      ? noTokens
      : html`${refused === 'no_token' ? '' : html`<p class="bad">${said[refused]}</p>`}${form(to)}`;
  return showPage(context, { title: 'Sign in', body }, status);
}

const said = {
  wrong_token: 'That token or session is unknown, expired or revoked.',
  scope: 'That token may not read: its entry in API_TOKENS does not name the scope “read”.',
} as const;

const form = (to: string): Html => html`<h1>Sign in</h1>
<form class="card" method="post" action="/sign-in">
<input type="hidden" name="to" value="${to}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p class="soft small">One of the tokens in <code>API_TOKENS</code>; whoever runs Gantry has them.</p>
<p class="actions"><button>Sign in</button></p>
</form>`;

const noTokens = html`<h1>Nobody can read here yet</h1>
<div class="card"><p>What Gantry does is shown to holders of a token only, and there is none: the environment variable <code>API_TOKENS</code> is not set.</p>
<p>Set it to a long random text, for example the output of <code>openssl rand -hex 24</code>, start Gantry again, and sign in here with that text.</p></div>`;

const stale = html`<h1>This link does not work any more</h1><p>A sign-in link works once, within a minute. <a href="/sign-in">Sign in with a token</a> instead.</p>`;
const foreign = html`<h1>Refused</h1><p>This form was sent from another site. <a href="/sign-in">Sign in here</a> instead.</p>`;

/** Sent by another site's page. Browsers say so; a client that says nothing has no session that could be abused. */
function isForeign({ req }: Context): boolean {
  const site = req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = req.header('origin');
  return origin !== undefined && URL.parse(origin)?.host !== req.header('host');
}

/** A strict cookie does not come along when a link elsewhere, for example on GitHub, leads here; from our own page it does. */
const cameFromElsewhere = ({ req }: Context): boolean =>
  req.method === 'GET' && req.header('sec-fetch-site') === 'cross-site' && req.header('sec-fetch-mode') === 'navigate';

const comeAgain = (context: Context) => {
  const to = pathOf(context);
  return showPage(context, { title: 'One moment', body: html`<p><a href="${to}">Go on to the page</a></p>`, goTo: to });
};

const pathOf = ({ req }: Context): string => {
  const { pathname, search } = new URL(req.url);
  return localPath(pathname + search);
};

/** Only a path of this site, whatever was sent. */
const localPath = (to: unknown): string =>
  typeof to === 'string' && /^\/(?![/\\])[\x21-\x7e]{0,1000}$/.test(to) ? to : '/';
