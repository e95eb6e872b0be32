// Comments, reactions, labels, assignees: what people see of us in a conversation.
import type { GitHubWriter } from '../contract.ts';
import { ABSENT, at } from './address.ts';
import type { Client } from './client.ts';

type TalkWriter = Pick<
  GitHubWriter,
  'createComment' | 'updateComment' | 'deleteComment' | 'react' | 'addLabel' | 'removeLabel' | 'assign'
>;

export const createTalkWriter = ({ ask, get }: Client): TalkWriter => ({
  createComment: async (repo, issue, body) => {
    const { data } = await get(repo.installation, (github) =>
      github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...at(repo),
        issue_number: issue,
        body,
      }),
    );
    return { id: Number(data.id) };
  },

  updateComment: async (repo, comment, body) => {
    const { answer } = await ask(
      repo.installation,
      (github) =>
        github.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          ...at(repo),
          comment_id: comment,
          body,
        }),
      ABSENT,
    );
    return answer ? 'done' : 'gone';
  },

  deleteComment: async (repo, comment) => {
    await ask(
      repo.installation,
      (github) =>
        github.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          ...at(repo),
          comment_id: comment,
        }),
      ABSENT,
    );
  },

  react: async (repo, comment, reaction) => {
    const { answer } = await ask(
      repo.installation,
      (github) =>
        github.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
          ...at(repo),
          comment_id: comment,
          content: reaction,
        }),
      ABSENT,
    );
    return answer ? 'done' : 'gone';
  },

  addLabel: async (repo, issue, label) => {
    await get(repo.installation, (github) =>
      github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/labels', {
        ...at(repo),
        issue_number: issue,
        labels: [label],
      }),
    );
  },

  removeLabel: async (repo, issue, label) => {
    await ask(
      repo.installation,
      (github) =>
        github.request('DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', {
          ...at(repo),
          issue_number: issue,
          name: label,
        }),
      ABSENT,
    );
  },

  assign: async (repo, issue, logins) => {
    await get(repo.installation, (github) =>
      github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/assignees', {
        ...at(repo),
        issue_number: issue,
        assignees: logins,
      }),
    );
  },
});
