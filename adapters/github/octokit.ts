// GitHub through Probot's Octokit: the implementation of contract.ts that talks to GitHub.com, GHES and the local world.
import type { GitHubChanges } from '../changes/contract.ts';
import type { GitHub, GitHubReader, GitHubWriter } from './contract.ts';
import { createAppReader } from './octokit/app-reader.ts';
import { createAppWriter } from './octokit/app-writer.ts';
import { createChangeReader } from './octokit/change-reader.ts';
import { createClient, type GitHubOptions } from './octokit/client.ts';
import { createContentReader } from './octokit/content-reader.ts';
import { createIssueReader } from './octokit/issue-reader.ts';
import { createPullReader } from './octokit/pull-reader.ts';
import { createPullWriter } from './octokit/pull-writer.ts';
import { createRunReader } from './octokit/run-reader.ts';
import { createRunWriter } from './octokit/run-writer.ts';
import { createTalkWriter } from './octokit/talk-writer.ts';

export type { RequestSeen } from './octokit/accounted-fetch.ts';
export type { GitHubOptions, QuotaSeen } from './octokit/client.ts';

/** Sends nothing by itself: credentials are first used by the first question. */
export function createGitHub(options: GitHubOptions): GitHub & { changes: GitHubChanges } {
  const client = createClient(options);
  const reader: GitHubReader = {
    ...createAppReader(client),
    ...createContentReader(client),
    ...createIssueReader(client),
    ...createPullReader(client),
    ...createRunReader(client, options.appId),
  };
  const writer: GitHubWriter = {
    ...createAppWriter(client),
    ...createPullWriter(client, reader),
    ...createRunWriter(client),
    ...createTalkWriter(client),
  };
  return { reader, writer, changes: createChangeReader(client) };
}
