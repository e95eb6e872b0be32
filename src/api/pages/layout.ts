// The frame around every page, and the headers that keep a page from being more than one.
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { raw } from 'hono/html';
import { type Html, html } from './html.ts';
import { contentSecurityPolicy, style } from './style.ts';

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  // Not no-referrer: a form would be sent with the origin "null" then.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

export const pageHeaders = createMiddleware(async (context, next) => {
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  await next();
});

export type Page = {
  title: string;
  body: Html;
  /** Who reads. Absent: nobody is signed in. */
  viewer?: string | undefined;
  /** Goes there by itself at once. */
  goTo?: string | undefined;
};

const head = (title: string, goTo: string | undefined): Html => html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${goTo === undefined ? '' : html`<meta http-equiv="refresh" content="0; url=${goTo}">`}
<title>${title} · Gantry</title>
<style>${raw(style)}</style>`;

const leave = (viewer: string): Html =>
  html`<form method="post" action="/sign-out"><span class="soft small">${viewer}</span> <button>Sign out</button></form>`;

export const showPage = (
  context: Context,
  { title, body, viewer, goTo }: Page,
  status: 200 | 400 | 401 | 403 | 404 | 500 = 200,
) =>
  context.html(
    html`<!doctype html>
<html lang="en">
<head>${head(title, goTo)}</head>
<body>
<header><a class="home" href="/">Gantry</a>${viewer === undefined ? '' : leave(viewer)}</header>
<main>${body}</main>
<footer>As of ${new Date().toISOString().slice(0, 19).replace('T', ' ')} UTC. Reload to see what is new.</footer>
</body>
</html>`,
    status,
  );
