// The one chokepoint of writing: whatever an effect or a writer sends to GitHub passes here, and a control puts it off.
import { z } from 'zod';
import type { GitStore } from '../../../adapters/git/contract.ts';
import type { GitHubWriter } from '../../../adapters/github/contract.ts';
import type { Command } from '../../decide/command.ts';
import { Retryable } from '../../errors.ts';
import { type Doing, isForbidden, type Standstill } from '../../facts/control.ts';
import { Repository } from '../../facts/repository.ts';

/** What keeps a repository still right now, by its numeric id; with a run, also what keeps the run's agent still. */
export type Standing = (repo: number, run?: string) => Promise<Standstill | undefined>;

/** Seconds until what was put off is tried again: so long may it take until work goes on after a resume. */
const putOffSeconds = 10;

/** A method without a row does not compile. Reading access, redelivery, checks, comments and cancelling protect. */
export const writes: Readonly<Record<keyof GitHubWriter, Doing>> = {
  dispatchWorkflow: 'start',
  cancelRun: 'protective',
  createPull: 'change',
  updatePull: 'change',
  createComment: 'protective',
  updateComment: 'protective',
  deleteComment: 'protective',
  react: 'protective',
  addLabel: 'change',
  removeLabel: 'change',
  createCheckRun: 'protective',
  updateCheckRun: 'protective',
  merge: 'change',
  markReady: 'change',
  requestReviewers: 'change',
  assign: 'change',
  // Reading and writing share it; what is pushed passes guardGit.
  gitAuth: 'protective',
  redeliver: 'protective',
};

/** Commands that end in a forbidden write are put off before they read anything. Starting a run is admission's to answer. */
export const commandsDo: Readonly<Record<Command['type'], Doing>> = {
  ReadStart: 'protective',
  ReadAuthority: 'protective',
  ReadLabelAuthority: 'protective',
  ReadApproval: 'protective',
  ReadStartApproval: 'protective',
  DispatchRun: 'protective',
  CancelRun: 'protective',
  ChangeControl: 'protective',
  InspectBundle: 'protective',
  PushTree: 'change',
  ReadPlan: 'protective',
  OpenPull: 'change',
  GatherPull: 'protective',
  ReadReviewer: 'protective',
  MarkReady: 'change',
  AskReview: 'change',
  MergePull: 'change',
};

/** Throws Retryable while a control forbids it: nothing is lost, it comes again. */
export async function permit(standing: Standing, doing: Doing, repo: number, run?: string): Promise<void> {
  if (doing === 'protective') return;
  const standstill = await standing(repo, run);
  if (isForbidden(doing, standstill))
    throw new Retryable(`control ${standstill?.control} (${standstill?.mode}) forbids this now`, {
      after: putOffSeconds,
    });
}

/** What a workflow is started with names its run. */
const DispatchedRun = z.object({ run: z.string() });

export const guardWriter = (writer: GitHubWriter, standing: Standing): GitHubWriter =>
  new Proxy(writer, {
    get(target, name) {
      const method = Reflect.get(target, name);
      const doing = Object.entries(writes).find(([known]) => known === name)?.[1];
      if (typeof method !== 'function' || doing === undefined || doing === 'protective') return method;
      return async (...given: unknown[]) => {
        const run = name === 'dispatchWorkflow' ? DispatchedRun.parse(given[3]).run : undefined;
        await permit(standing, doing, Repository.parse(given[0]).id, run);
        return Reflect.apply(method, target, given);
      };
    },
  });

/** A mirror is named by the repository's numeric id. Only a push changes anything outside. */
export const guardGit = (git: GitStore, standing: Standing): GitStore => ({
  ...git,
  async commitAndPush(request) {
    await permit(standing, 'change', Number(request.repo.id));
    return git.commitAndPush(request);
  },
});
