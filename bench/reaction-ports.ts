// The stand-in for GitHub of the benchmarks: it knows nobody, and notes which comment was answered by a reaction.
import { setTimeout as wait } from 'node:timers/promises';
import type { GitHubChanges } from '../adapters/changes/contract.ts';
import type { Ports } from '../src/effects/contract.ts';
import type { Db } from '../src/journal/tables.ts';

/** Resolves when the comment has been answered. */
export type Answered = (comment: number) => Promise<void>;

export function silentPorts(db: Db, githubMs: number): { ports: Ports; changes: GitHubChanges; answered: Answered } {
  const waiting = new Map<number, () => void>();
  const github = async () => githubMs > 0 && wait(githubMs);
  const refuse = (port: string) =>
    new Proxy(
      {},
      {
        get: (_, name) => () => {
          throw new Error(`the benchmark does not expect ${port}.${String(name)}`);
        },
      },
    );
  const reader = Object.assign(Object.create(refuse('reader')), {
    role: async () => {
      await github();
      return 'read';
    },
    self: async () => ({ appId: 1, slug: 'gantry', botId: 1, botLogin: 'gantry[bot]' }),
    comments: async () => [],
  });
  const writer = Object.assign(Object.create(refuse('writer')), {
    react: async (_: unknown, comment: number) => {
      await github();
      waiting.get(comment)?.();
      waiting.delete(comment);
      return 'done';
    },
    createComment: async () => ({ id: 1 }),
  });
  const ports: Ports = {
    reader,
    writer,
    git: Object.create(refuse('git')),
    openspec: Object.create(refuse('openspec')),
    db,
    serverUrl: 'http://127.0.0.1',
    runners: { publicUrl: 'http://127.0.0.1', workflow: 'gantry.yml', totalRuns: 1, pickUpSeconds: 60 },
    listLagMs: 1,
    signingKey: undefined,
    standing: async () => undefined,
    modelOf: () => ({ model: 'none', rate: undefined }),
  };
  return {
    ports,
    changes: Object.create(refuse('changes')),
    answered: (comment) => new Promise((resolve) => waiting.set(comment, resolve)),
  };
}

/** What somebody typed who may not: door, translate, react, a read of the role, react again, and the answer. */
export const typed = (id: number, repository = { id: 42, name: 'app' }): object => {
  const user = { id: 2, login: 'mona', type: 'User' };
  const at = new Date(1_700_000_000_000 + id * 1_000).toISOString().replace('.000', '');
  return {
    action: 'created',
    installation: { id: 1 },
    repository: { ...repository, owner: { login: 'acme' }, default_branch: 'main' },
    issue: { number: (id % 50) + 1, user, state: 'open', title: 'x', body: '', labels: [] },
    comment: { id, body: '/retry', user, created_at: at, updated_at: at, performed_via_github_app: null },
    sender: user,
  };
};
