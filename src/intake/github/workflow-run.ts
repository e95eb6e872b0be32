// workflow_run: GitHub says that a workflow run of ours ended. A run that had not reported by then is lost.
import { z } from 'zod';
import type { RunOutcome } from '../../facts/run.ts';
import { ticketStream } from '../../facts/stream.ts';
import { Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({
  action: z.string(),
  workflow_run: z.object({
    id: z.int(),
    run_attempt: z.int(),
    /** Older servers leave it out; there the lease's end says that a run is lost. */
    display_title: z.string().default(''),
    event: z.string(),
    conclusion: z.string().nullish(),
  }),
});

export const workflowRun: Intake = {
  event: 'workflow_run',
  actions: ['completed'],
  translate(value) {
    const payload = Payload.parse(value);
    const { workflow_run: workflow, repository } = payload;
    const ours = ourRun(workflow.display_title);
    if (workflow.event !== 'workflow_dispatch' || workflow.run_attempt !== 1 || ours?.repo !== repository.id) return [];
    return [
      {
        to: 'stream',
        stream: ticketStream(repository.id, ours.issue),
        repository: repositoryOf(payload),
        key: workflowEndedKey(workflow.id),
        fact: {
          type: 'RunLost',
          run: ours.run,
          outcome: lostOutcome(workflow.conclusion ?? 'failure'),
          workflowRun: workflow.id,
        },
      },
    ];
  },
};

/** The run that a workflow run was started for, by its name. */
export function ourRun(title: string): { run: string; repo: number; issue: number } | undefined {
  const [, run, repo, issue] = /^gantry (?:plan|implement|verify) ((\d+)-(\d+)-\d+)$/.exec(title) ?? [];
  return run === undefined ? undefined : { run, repo: Number(repo), issue: Number(issue) };
}

/** The same for the webhook and for the supervisor, so that the second to see it repeats nothing. */
export const workflowEndedKey = (workflowRun: number): string => `workflow-run:${workflowRun}/completed`;

/** What a run came to whose workflow run ended before its runner reported. */
export const lostOutcome = (conclusion: string): RunOutcome =>
  conclusion === 'cancelled'
    ? { kind: 'cancelled', why: 'the workflow run was cancelled on GitHub' }
    : conclusion === 'timed_out'
      ? { kind: 'timed_out', why: 'the workflow run ran out of time on GitHub' }
      : {
          kind: 'failed',
          class: 'infrastructure',
          why: `the workflow run ended (${conclusion}) before the runner reported`,
        };
