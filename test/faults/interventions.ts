// What people do to a pull request of Gantry's in the middle of a story, and what comes of it beside the undisturbed ending.
import { expect } from 'vitest';
import type { Ending, Turns } from '../scenarios/main-job.ts';
import { until } from '../scene/until.ts';

export type Intervention = {
  turns: Turns;
  /** Where they are not those of the undisturbed story. */
  runs?: Ending['runs'];
};

const verified = { stage: 'verify', outcome: 'delivered' };
const made = [
  { stage: 'plan', outcome: 'delivered' },
  { stage: 'implement', outcome: 'delivered' },
];

/** Closed by somebody, seen to stop everything, and opened again: the plan waits for approval as it is. */
const closedAndReopened: Turns['planned'] = async ({ mona, repo, stage, sticky, world }, issue, { number }) => {
  await mona.editPull(repo, number, { state: 'closed' });
  await stage(issue, 'canceled');
  await until('what ran to end', () => [...world.actions.runs.values()].every(({ row }) => row.status === 'completed'));
  await mona.editPull(repo, number, { state: 'open' });
  await stage(issue, 'awaiting_approval');
  await until('the comment to ask for approval', async () =>
    /^\/approve-plan [0-9a-f]{64}$/m.test(await sticky(number)),
  );
};

export const interventions: Record<string, Intervention> = {
  'the plan is force-pushed': {
    turns: {
      async planned({ mona, repo, ticket, sticky }, issue, { head, number }) {
        const before = (await ticket(issue)).plan;
        const path = before?.files.find((file) => file.path.endsWith('/proposal.md'))?.path ?? '';
        const text = await mona.readFile(repo, path, head.ref);
        await mona.push(repo, head.ref, { [path]: `${text}\nIt is said on the page.\n` }, { force: true });
        await until('the new plan to be shown', async () => {
          const digest = (await ticket(issue)).plan?.digest;
          return digest !== before?.digest && (await sticky(number)).includes(`/approve-plan ${digest}`);
        });
      },
    },
  },
  'the work is force-pushed in review': {
    turns: {
      async inReview({ mona, repo, ticket, stage }, issue, { head }) {
        const sha = await mona.push(repo, head.ref, {}, { force: true, message: 'The same in one commit' });
        await until('the new head to be verified', async () => {
          const { layers } = await ticket(issue);
          return layers?.sha === sha && !layers.stored;
        });
        await stage(issue, 'in_review');
      },
    },
    runs: [...made, verified, verified],
  },
  'closed and reopened while the plan waits': { turns: { planned: closedAndReopened } },
  'closed and reopened while it is verified': {
    turns: { verifying: closedAndReopened },
    // It may be over in the moment in which the pull request is closed.
    runs: [...made, { ...verified, outcome: expect.stringMatching(/^(?:cancelled|delivered)$/) }, verified],
  },
};
