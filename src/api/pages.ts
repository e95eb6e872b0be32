// The pages a person reads: tickets, one ticket, one pull request's gate, evidence. Mounted last: it answers every path.
import { type Context, Hono } from 'hono';
import type { ApiToken } from '../config/env-variables.ts';
import { policyOf } from '../decide/ticket/state.ts';
import { concerns } from '../facts/control.ts';
import { readArtifact } from '../journal/artifact.ts';
import { controlsInForce } from '../journal/control.ts';
import type { Db } from '../journal/tables.ts';
import { createAccess } from './access.ts';
import { html } from './pages/html.ts';
import { pageHeaders, showPage } from './pages/layout.ts';
import { nameOfRepository } from './pages/parts.ts';
import { pullPage } from './pages/pull-page.ts';
import { createSignIn, readersOnly, type Viewing } from './pages/sign-in.ts';
import { standstillBanner } from './pages/standstill.ts';
import { type ListFilter, ticketList } from './pages/ticket-list.ts';
import { ticketPage } from './pages/ticket-page.ts';
import { ticketBudgets } from './read/budgets.ts';
import { readLastFacts } from './read/facts.ts';
import { evidenceOf, listRuns } from './read/runs.ts';
import { listTickets, readPull, readTicket } from './read/tickets.ts';
import { pullOf, stickyOf, waitsFor } from './read/waiting.ts';
import type { SignInLinks } from './sign-in-links.ts';

export type PagesOptions = {
  /** Where people reach these pages; https makes the session's cookie secure. */
  publicUrl?: string;
  /** GitHub's pages, without a trailing slash. Absent: nothing is linked there. */
  serverUrl?: string;
  links?: SignInLinks;
  /** Hears failures that became a 500. */
  onError?: (error: unknown, about: { method: string; path: string }) => void;
};

const ticketsOnPage = 50;
const factsOnPage = 1_000;

/** An id in an address; undefined for anything else. */
const idOf = (text: string): number | undefined => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined);

export function createPages(db: Db, tokens: readonly ApiToken[], options: PagesOptions = {}): Hono<Viewing> {
  const { publicUrl = '', serverUrl, links, onError } = options;
  const access = createAccess(tokens, { secure: publicUrl.startsWith('https:') });
  const pages = new Hono<Viewing>();
  pages.use(pageHeaders);
  pages.route('/', createSignIn(access, links));
  pages.use(readersOnly(access));

  pages.get('/', async (context) => {
    const asked = context.req.query('state');
    const filter: ListFilter = asked === 'ended' || asked === 'all' ? asked : 'open';
    const tickets = await listTickets(db, {
      state: filter,
      before: idOf(context.req.query('before') ?? ''),
      limit: ticketsOnPage + 1,
    });
    const shown = tickets.slice(0, ticketsOnPage);
    const rows = await Promise.all(
      shown.map(async (ticket) => {
        const pull = ticket.state.stage.name === 'in_review' ? await pullOf(db, ticket) : undefined;
        return { ticket, waits: waitsFor(ticket, pull) };
      }),
    );
    const next = tickets.length > shown.length ? shown.at(-1)?.first : undefined;
    const names = new Map(shown.map(({ repository }) => [repository.id, nameOfRepository(repository)]));
    const banner = standstillBanner(await controlsInForce(db), names);
    const body = html`${banner}${ticketList({ rows, filter, next, now: new Date() })}`;
    return showPage(context, { title: 'Tickets', body, viewer: context.get('viewer').name });
  });

  pages.get('/tickets/:repo/:number', async (context) => {
    const repo = idOf(context.req.param('repo'));
    const number = idOf(context.req.param('number'));
    const ticket = repo && number ? await readTicket(db, repo, number) : undefined;
    if (!ticket) return absent(context);
    const pull = await pullOf(db, ticket);
    const streams = pull ? [ticket.stream, pull.stream] : [ticket.stream];
    const [runs, evidence, budgets, history] = await Promise.all([
      listRuns(db, ticket.stream),
      evidenceOf(db, ticket.stream),
      ticketBudgets(db, ticket),
      readLastFacts(db, streams, factsOnPage),
    ]);
    const standing = (await controlsInForce(db)).filter(({ scope }) =>
      concerns(scope, { repo: ticket.repository.id, agent: policyOf(ticket.state).agent }),
    );
    const names = new Map([[ticket.repository.id, nameOfRepository(ticket.repository)]]);
    const shown = ticketPage({
      ticket,
      waits: waitsFor(ticket, pull),
      sticky: pull && stickyOf(pull),
      runs,
      evidence,
      budgets,
      history,
      more: history.length === factsOnPage,
      server: serverUrl,
      now: new Date(),
    });
    return showPage(context, {
      title: ticket.title || `Issue #${number}`,
      body: html`${standstillBanner(standing, names)}${shown}`,
      viewer: context.get('viewer').name,
    });
  });

  pages.get('/pulls/:repo/:number', async (context) => {
    const repo = idOf(context.req.param('repo'));
    const number = idOf(context.req.param('number'));
    const pull = repo && number ? await readPull(db, repo, number) : undefined;
    if (!pull) return absent(context);
    const history = await readLastFacts(db, [pull.stream], factsOnPage);
    const body = pullPage({ pull, history, more: history.length === factsOnPage, server: serverUrl });
    return showPage(context, {
      title: pull.title || `Pull request #${number}`,
      body,
      viewer: context.get('viewer').name,
    });
  });

  /** Evidence only: bundles and issue texts are nobody's to read here. It is text to a browser, whatever is in it. */
  pages.get('/artifacts/:digest', async (context) => {
    const digest = context.req.param('digest');
    const found = /^[0-9a-f]{64}$/.test(digest) ? await readArtifact(db, digest) : undefined;
    if (found?.media !== 'application/json') return absent(context);
    return context.body(readable(found.bytes), 200, {
      'content-type': 'text/plain; charset=utf-8',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': `inline; filename="evidence-${digest.slice(0, 12)}.json"`,
    });
  });

  pages.all('*', absent);
  pages.onError((error, context) => {
    onError?.(error, { method: context.req.method, path: context.req.path });
    const body = html`<h1>That did not work</h1><p>The page could not be made; Gantry’s log says why. Reload to try again.</p>`;
    return showPage(context, { title: 'Error', body }, 500);
  });
  return pages;
}

const absent = (context: Context<Viewing>) => {
  const body = html`<h1>Nothing here</h1><p>There is no such page, or what it showed is no longer kept. <a href="/">All tickets</a></p>`;
  return showPage(context, { title: 'Nothing here', body, viewer: context.get('viewer').name }, 404);
};

const indentedUpTo = 2 * 1024 * 1024;

/** Indented where it is JSON of a size that can be; else as it was stored. */
function readable(bytes: Buffer): string {
  const text = bytes.toString();
  if (bytes.length > indentedUpTo) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Only JSON.parse is in here: a runner may hand in anything.
    return text;
  }
}
