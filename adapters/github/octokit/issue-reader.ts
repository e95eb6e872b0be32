// Issues, their conversation, and what a person may do.
import { Role } from '../../../src/facts/person.ts';
import type { GitHubReader } from '../contract.ts';
import { ABSENT, at } from './address.ts';
import type { Client } from './client.ts';
import { allPages, PER_PAGE } from './pages.ts';
import { blockerView, commentView, issueView } from './views.ts';

export const createIssueReader = ({
  ask,
}: Client): Pick<GitHubReader, 'role' | 'issue' | 'blockedBy' | 'comment' | 'comments'> => ({
  role: async (repo, login) => {
    const { answer } = await ask(
      repo.installation,
      (github) =>
        github.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
          ...at(repo),
          username: login,
        }),
      [404],
    );
    if (!answer) return 'none';
    // A custom role has a name of its own; `permission` is then the base that it was built on.
    const named = Role.safeParse(answer.data.role_name);
    const base = Role.safeParse(answer.data.permission);
    return named.success ? named.data : base.success ? base.data : 'none';
  },

  issue: async (repo, issue) => {
    const { answer } = await ask(
      repo.installation,
      (github) =>
        github.request('GET /repos/{owner}/{repo}/issues/{issue_number}', { ...at(repo), issue_number: issue }),
      ABSENT,
    );
    // GitHub redirects a transferred issue to its new repository, where it has another number.
    return answer?.data.number === issue ? issueView(answer.data) : undefined;
  },

  blockedBy: async (repo, issue) => {
    let known = true;
    const rows = await allPages(async (page) => {
      const { answer } = await ask(
        repo.installation,
        (github) =>
          github.request('GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by', {
            ...at(repo),
            issue_number: issue,
            per_page: PER_PAGE,
            page,
          }),
        ABSENT,
      );
      if (!answer) known = false;
      return answer ?? { data: [], headers: {}, status: 404 };
    });
    return known ? rows.map(blockerView) : undefined;
  },

  comment: async (repo, comment) => {
    const { answer } = await ask(
      repo.installation,
      (github) =>
        github.request('GET /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          ...at(repo),
          comment_id: comment,
        }),
      ABSENT,
    );
    return answer && commentView(answer.data);
  },

  comments: async (repo, issue) => {
    const rows = await allPages(async (page) => {
      const { answer } = await ask(
        repo.installation,
        (github) =>
          github.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
            ...at(repo),
            issue_number: issue,
            per_page: PER_PAGE,
            page,
          }),
        ABSENT,
      );
      return answer ?? { data: [], headers: {}, status: 404 };
    });
    return rows.map(commentView).sort((a, b) => a.id - b.id);
  },
});
