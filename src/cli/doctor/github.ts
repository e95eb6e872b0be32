// What the doctor asks GitHub beyond adapters/github/contract.ts: rights that were granted, rules of a branch, a folder.
import type { Logger } from 'pino';
import { z } from 'zod';
import type { GitHubReader } from '../../../adapters/github/contract.ts';
import { createClient } from '../../../adapters/github/octokit/client.ts';
import { createGitHub } from '../../../adapters/github/octokit.ts';
import type { Env } from '../../config/env.ts';
import type { Repository } from '../../facts/repository.ts';

const Granted = z.object({
  id: z.int(),
  permissions: z.record(z.string(), z.string().optional()),
  events: z.array(z.string()),
  suspended_at: z.string().nullish(),
});
/** What an App asks for, or what an account granted it. */
export type Granted = {
  id: number;
  permissions: Record<string, string | undefined>;
  events: string[];
  suspended: boolean;
};

const Rule = z.object({
  type: z.string(),
  parameters: z
    .object({
      required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.int().nullish() })).optional(),
    })
    .optional(),
});
export type Rule = z.infer<typeof Rule>;

export type DoctorGitHub = Pick<GitHubReader, 'textFile' | 'branch' | 'defaultBranch'> & {
  /** Our App as it is registered. Throws Retryable where GitHub does not take the credentials. */
  app(): Promise<Granted & { slug: string }>;
  /** The App's installation that covers the repository; undefined where there is none, or no such repository. */
  installation(owner: string, name: string): Promise<Granted | undefined>;
  repository(installation: number, owner: string, name: string): Promise<Repository>;
  /** Active rules from rulesets of repository and organisation; classic branch protection is not among them. */
  rules(repository: Repository, branch: string): Promise<Rule[]>;
  /** File names of a folder; empty where there is none. */
  folder(repository: Repository, path: string, ref: string): Promise<string[]>;
};

export function createDoctorGitHub(env: Pick<Env, 'app' | 'github'>, log: Logger): DoctorGitHub {
  const options = {
    appId: env.app.id,
    privateKey: env.app.privateKey,
    baseUrl: env.github.apiUrl,
    pace: 'none',
    log,
  } as const;
  const client = createClient(options);
  const { reader } = createGitHub(options);
  const granted = (data: unknown): Granted => {
    const { id, permissions, events, suspended_at } = Granted.parse(data);
    return { id, permissions, events, suspended: typeof suspended_at === 'string' };
  };
  return {
    textFile: reader.textFile,
    branch: reader.branch,
    defaultBranch: reader.defaultBranch,
    app: async () => {
      const { data } = await client.get('app', (github) => github.request('GET /app'));
      return { ...granted(data), slug: data?.slug ?? '' };
    },
    installation: async (owner, repo) => {
      const { answer } = await client.ask(
        'app',
        (github) => github.request('GET /repos/{owner}/{repo}/installation', { owner, repo }),
        [404],
      );
      return answer && granted(answer.data);
    },
    repository: async (installation, owner, repo) => {
      const { data } = await client.get(installation, (github) =>
        github.request('GET /repos/{owner}/{repo}', { owner, repo }),
      );
      return { installation, id: Number(data.id), owner: data.owner.login, name: data.name };
    },
    rules: async ({ installation, owner, name }, branch) => {
      const { data } = await client.get(installation, (github) =>
        github.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', {
          owner,
          repo: name,
          branch,
          per_page: 100,
        }),
      );
      return z.array(Rule).parse(data);
    },
    folder: async ({ installation, owner, name }, path, ref) => {
      const { answer } = await client.ask(
        installation,
        (github) => github.request('GET /repos/{owner}/{repo}/contents/{path}', { owner, repo: name, path, ref }),
        [404],
      );
      return Array.isArray(answer?.data)
        ? answer.data.filter(({ type }) => type === 'file').map((file) => file.name)
        : [];
    },
  };
}
