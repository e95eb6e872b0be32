// What changed since, page by page, with ETags: the reading half of the sweep.

import type { Repository } from '../../../src/facts/repository.ts';
import type { GitHubChanges, Question } from '../../changes/contract.ts';
import { ABSENT, at } from './address.ts';
import type { Answer, Client } from './client.ts';
import { allPages, nextPage, PER_PAGE } from './pages.ts';
import { actorOf, commentView, issueView, pullView } from './views.ts';

const UNCHANGED = 304;

type Edited = {
  repository: {
    issue: {
      lastEditedAt: string | null;
      editor: { __typename: string; login: string; databaseId?: number } | null;
    } | null;
  } | null;
};
const LAST_EDIT = `query ($owner: String!, $name: String!, $issue: Int!) {
  repository(owner: $owner, name: $name) {
    issue(number: $issue) {
      lastEditedAt
      editor { __typename login ... on User { databaseId } ... on Bot { databaseId } }
    }
  }
}`;

export function createChangeReader({ ask, get, quota }: Client): GitHubChanges {
  async function page<Row, View>(
    { installation }: Repository,
    { etag }: Question,
    list: (headers: { 'if-none-match'?: string }) => Parameters<typeof ask<Row[]>>[1],
    view: (row: Row) => View,
  ) {
    const { answer } = await ask(installation, list(etag === undefined ? {} : { 'if-none-match': etag }), [UNCHANGED]);
    return answer ? shown(answer, view) : 'unchanged';
  }

  return {
    quota,

    issues: (repo, question) =>
      page(
        repo,
        question,
        (headers) => (github) =>
          github.request('GET /repos/{owner}/{repo}/issues', {
            ...at(repo),
            ...since(question),
            state: 'all',
            sort: 'updated',
            direction: 'asc',
            headers,
          }),
        issueView,
      ),

    comments: (repo, question) =>
      page(
        repo,
        question,
        (headers) => (github) =>
          github.request('GET /repos/{owner}/{repo}/issues/comments', {
            ...at(repo),
            ...since(question),
            sort: 'updated',
            direction: 'asc',
            headers,
          }),
        (row) => ({
          ...commentView(row),
          issue: Number(/\/(\d+)$/.exec(row.issue_url)?.[1]),
          onPull: /\/pull\/\d+#/.test(row.html_url),
        }),
      ),

    pulls: (repo, question) =>
      page(
        repo,
        question,
        (headers) => (github) =>
          github.request('GET /repos/{owner}/{repo}/pulls', {
            ...at(repo),
            per_page: PER_PAGE,
            page: question.page ?? 1,
            state: 'all',
            sort: 'updated',
            direction: 'desc',
            headers,
          }),
        pullView,
      ),

    events: async (repo, issue) => {
      let points = 0;
      const rows = await allPages(async (number) => {
        points++;
        const { answer } = await ask(
          repo.installation,
          (github) =>
            github.request('GET /repos/{owner}/{repo}/issues/{issue_number}/events', {
              ...at(repo),
              issue_number: issue,
              per_page: PER_PAGE,
              page: number,
            }),
          ABSENT,
        );
        return answer ?? { data: [], headers: {}, status: 404 };
      });
      const events = rows.map((row) => ({
        id: Number(row.id),
        event: row.event,
        by: actorOf(row.actor),
        at: row.created_at,
        label: 'label' in row ? (row.label?.name ?? undefined) : undefined,
      }));
      return { events: events.sort((a, b) => a.id - b.id), points };
    },

    lastEdit: async (repo, issue) => {
      const { data } = await get(repo.installation, async (github) => ({
        data: { found: await github.graphql<Edited>(LAST_EDIT, { owner: repo.owner, name: repo.name, issue }) },
        headers: {},
        status: 200,
      }));
      const { lastEditedAt, editor } = data.found.repository?.issue ?? {};
      if (!lastEditedAt) return undefined;
      const by = actorOf(editor && { id: editor.databaseId ?? 0, login: editor.login, type: editor.__typename });
      return { by, at: lastEditedAt };
    },
  };
}

const since = ({ since, page }: Question) => ({ since, per_page: PER_PAGE, page: page ?? 1 });

function shown<Row, View>({ data, headers }: Answer<Row[]>, view: (row: Row) => View) {
  const next = nextPage(headers.link)?.searchParams.get('page');
  return {
    rows: data.map(view),
    next: next ? Number(next) : undefined,
    etag: typeof headers.etag === 'string' ? headers.etag : undefined,
  };
}
