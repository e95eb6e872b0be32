// What the suite needs around an implementation: a repository to act on and people who act in it.
import { onTestFinished } from 'vitest';
import type { Repository } from '../../src/facts/repository.ts';
import type { GitHub } from './contract.ts';

/** Acts by hand, not through an App. `repo` is owner/name. */
export type Someone = {
  login: string;
  id: number;
  /** The same person through a token of our App. */
  throughApp(): Pick<Someone, 'comment'>;
  openIssue(repo: string, issue: { title: string; body?: string; labels?: string[] }): Promise<{ number: number }>;
  editIssue(repo: string, issue: number, change: { assignees: string[] }): Promise<unknown>;
  issue(repo: string, issue: number): Promise<{ labels: { name: string }[]; assignees: { login: string }[] }>;
  comment(repo: string, issue: number, body: string): Promise<{ id: number }>;
  deleteComment(repo: string, comment: number): Promise<void>;
  /** One commit on a branch, made when it is missing. Gives the commit. */
  push(repo: string, branch: string, files: Record<string, string>): Promise<string>;
  /** Gives the fork's owner/name. */
  fork(repo: string): Promise<string>;
  openPull(
    repo: string,
    pull: { title: string; head: string; base?: string; body?: string; draft?: boolean },
  ): Promise<{ number: number }>;
  review(repo: string, pull: number, event: 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT', body?: string): Promise<unknown>;
  setRole(repo: string, login: string, permission: string): Promise<void>;
};

/** A public repository with `README.md` on `main` and the workflow `gantry.yml`: dispatched, with the required input `run` as its run name; it takes its time. */
export type Scene = {
  github: GitHub;
  repo: Repository;
  app: { appId: number; slug: string };
  admin: Someone;
  /** Two with write. */
  writer: Someone;
  other: Someone;
  triager: Someone;
  reader: Someone;
  stranger: Someone;
  /** Resolves when all webhooks so far were tried; our webhook address answers nothing in this scene. */
  settled(): Promise<void>;
  /** GitHub refuses to let the App mark pull requests ready, from now on. */
  refuseUndraft(): void;
  /** All installation tokens end before their time. */
  expireTokens(): void;
  close(): Promise<void>;
};

export type OpenScene = () => Promise<Scene>;

/** A scene for this test, with the repository's name as people say it. */
export async function enter(open: OpenScene): Promise<Scene & { full: string }> {
  const scene = await open();
  onTestFinished(() => scene.close());
  return { ...scene, full: `${scene.repo.owner}/${scene.repo.name}` };
}
