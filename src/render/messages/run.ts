// What became of a run, and why one is not started or its result not published.
import type { Data } from '../fill.ts';
import { kept } from './kept.ts';
import { remedyFor } from './remedy.ts';

/** `tried`: how often it was tried again by itself before. */
const failed = (data: Data): string => {
  const { class: name, tried } = data;
  return `Run \`{run}\` failed: {why}\n\n${tried === undefined ? '' : `It was tried again {tried} times by itself, and failed each time. `}${remedyFor(name)}${kept(data)}`;
};

const gaveUp = ({ class: name }: Data): string =>
  `The step \`{command}\` failed again and again: {why}\n\n${name === 'bug' ? remedyFor(name) : 'Remove the cause, then type `/retry`.'}`;

const withKept =
  (words: string) =>
  (data: Data): string =>
    `${words}${kept(data)}`;

export const run = {
  'run-delivered': 'Run `{run}` delivered its work.',
  'run-no_change':
    'Run `{run}` ended without changing anything: {why}\n\nSay in the issue what is missing, then type `/retry`.',
  'run-blocked': withKept('Run `{run}` stopped for a decision: {why}\n\nSettle it in the issue, then type `/retry`.'),
  'run-failed': failed,
  'run-cancelled': withKept('Run `{run}` was cancelled: {why}\n\nType `/retry` to run it again.'),
  'run-timed_out': withKept(
    'Run `{run}` ran out of time: {why}\n\nType `/retry` to try again; `budgets.runMinutes` in `.github/harness.yml` is the limit.',
  ),
  'run-dead_lettered': 'Run `{run}` was given up: {why}\n\nRemove the cause, then type `/retry`.',
  'run-without-bundle': 'Run `{run}` said it was done but handed in no work. Type `/retry` to run it again.',
  'verification-failed':
    'Verification failed, so nothing was pushed.\n\n- {layers}\n\nType `/retry`: the agent is told what failed and tries again.',
  'name-not-utf8': 'The name of `{path}` on the branch is not UTF-8, so no rule for files reaches it. Rename the file.',
  'nothing-to-publish': 'There is no verified work to push. Type `/retry` to implement the plan again.',
  'gave-up': gaveUp,
  'fact-set-aside':
    'Something that happened here could not be read, so Gantry stopped. It was a `{fact}`, and an approval given before no longer counts. This is a fault of Gantry: an operator looks at its dead letters. `/retry` goes on without it.',
  'dispatch-deferred-repository_busy':
    'Waiting for a free slot: this repository has as many runs as `concurrency` in `.github/harness.yml` allows. It starts by itself.',
  'dispatch-deferred-all_busy':
    'Waiting for a free slot: Gantry has as many runs as its operator allows. It starts by itself.',
  'dispatch-deferred-start_lapsed': 'Who let it start has no write permission any more: {who}.',
  'dispatch-deferred-no_box':
    'Waiting: what an agent hands in is inspected in a box, and Gantry’s machine cannot build one now. Who operates Gantry finds the reason with `gantry doctor`. It starts by itself.',
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
  'push-conflict':
    'The plan was not pushed: GitHub refuses a branch from an older base. On the present base the same files have changed: {paths}.\n\nType `/retry` to have it made again.',
  'push-refused':
    'GitHub refused the push: {detail}\n\nA rule of the repository stands against it. Let the Gantry app push to `gantry/**`, then type `/retry`.',
};
