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
    const [, run, issue] = /^gantry (?:plan|implement|verify) (\d+-(\d+)-\d+)$/.exec(workflow.display_title) ?? [];
    if (workflow.event !== 'workflow_dispatch' || workflow.run_attempt !== 1 || !run?.startsWith(`${repository.id}-`))
      return [];
    return [
      {
        to: 'stream',
        stream: ticketStream(repository.id, Number(issue)),
        repository: repositoryOf(payload),
        key: `workflow-run:${workflow.id}/completed`,
        fact: { type: 'RunLost', run, outcome: outcomeOf(workflow.conclusion ?? 'failure'), workflowRun: workflow.id },
      },
    ];
  },
};

const outcomeOf = (conclusion: string): RunOutcome =>
  conclusion === 'cancelled'
    ? { kind: 'cancelled', why: 'the workflow run was cancelled on GitHub' }
    : conclusion === 'timed_out'
      ? { kind: 'timed_out', why: 'the workflow run ran out of time on GitHub' }
      : {
          kind: 'failed',
          class: 'infrastructure',
          why: `the workflow run ended (${conclusion}) before the runner reported`,
        };
