// What became of a run, and why one is not started or its result not published.
import { FailureClass } from '../../facts/run.ts';
import type { Data } from '../fill.ts';

const whatToDo: Readonly<Record<FailureClass, string>> = {
  infrastructure: 'The runner or its network is at fault. Type `/retry` to try again.',
  throttled: 'The model provider asked for a pause. Type `/retry` in some minutes.',
  quota_exhausted: 'A budget or the model provider’s quota is spent. Raise it, then type `/retry`.',
  auth: 'A credential was refused. An operator of Gantry checks the model key, then type `/retry`.',
  agent_refused: 'The agent declined the task. Reword the issue, then type `/retry`.',
  agent_failed: 'The agent did not get through. Type `/retry` to try again; a smaller or clearer issue helps.',
  verification_failed: 'Type `/retry`: the agent is told what failed.',
  policy_blocked: 'The policy forbids what was tried. Change the issue or `.github/harness.yml`, then type `/retry`.',
  user_error: 'Correct what it names, then type `/retry`.',
  bug: 'This is a fault of Gantry. Please report it with the run’s id; `/retry` may still help.',
};

const failed = ({ class: name }: Data): string => {
  const known = FailureClass.safeParse(name);
  return `Run \`{run}\` failed: {why}\n\n${known.success ? whatToDo[known.data] : 'Type `/retry` to try again.'}`;
};

export const run = {
  'run-delivered': 'Run `{run}` delivered its work.',
  'run-no_change':
    'Run `{run}` ended without changing anything: {why}\n\nSay in the issue what is missing, then type `/retry`.',
  'run-blocked': 'Run `{run}` stopped for a decision: {why}\n\nSettle it in the issue, then type `/retry`.',
  'run-failed': failed,
  'run-cancelled': 'Run `{run}` was cancelled: {why}\n\nType `/retry` to run it again.',
  'run-timed_out':
    'Run `{run}` ran out of time: {why}\n\nType `/retry` to try again; `budgets.runMinutes` in `.github/harness.yml` is the limit.',
  'run-dead_lettered': 'Run `{run}` was given up: {why}\n\nRemove the cause, then type `/retry`.',
  'run-without-bundle': 'Run `{run}` said it was done but handed in no work. Type `/retry` to run it again.',
  'verification-failed':
    'Verification failed, so nothing was pushed.\n\n- {layers}\n\nType `/retry`: the agent is told what failed and tries again.',
  'nothing-to-publish': 'There is no verified work to push. Type `/retry` to implement the plan again.',
  'gave-up': 'The step `{command}` failed again and again: {why}\n\nRemove the cause, then type `/retry`.',
  'dispatch-deferred-repository_busy':
    'Waiting for a free slot: this repository has as many runs as `concurrency` in `.github/harness.yml` allows. It starts by itself.',
  'dispatch-deferred-all_busy':
    'Waiting for a free slot: Gantry has as many runs as its operator allows. It starts by itself.',
  'dispatch-deferred-behind':
    'Waiting for a free slot: tickets that are more urgent or older come first ({ahead}). It starts by itself.',
  'dispatch-deferred-blocked':
    'Waiting for `{by}`: the issue is blocked by it. It starts by itself when that is closed.',
  'dispatch-refused-unchanged':
    'No run was started: nothing has changed since run `{run}` was started for the same reason at the same commit. Push, edit the issue, or type `/retry`.',
  'dispatch-refused-over': 'Run `{run}` was stopped before it began. Type `/retry` to start another.',
  'dispatch-deferred-ticket_busy': 'Waiting for run `{live}` of this ticket to end. It starts by itself.',
  'branch-moved':
    'The work was not pushed: `{branch}` moved while it was being made. Nothing was overwritten. Type `/retry` to go on from there.',
  'push-refused':
    'GitHub refused the push: {detail}\n\nA rule of the repository stands against it. Let the Gantry app push to `gantry/**`, then type `/retry`.',
};
