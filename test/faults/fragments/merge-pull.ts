// The merge of a pull request that everything speaks for, in a repository of its own.
import type { CommandOf } from '../../../src/decide/command.ts';
import type { Fragment } from '../fragment.ts';
import { personOf } from '../given.ts';
import { givenPull } from '../given-pull.ts';
import { commandWork } from '../work.ts';

export const mergePull: Fragment = {
  at: 'writer.merge',
  route: /^PUT \/repos\/[^/]+\/[^/]+\/pulls\/\d+\/merge$/,
  write: true,
  heard: true,
  async prepare(stage) {
    const { ticket, stream, number, head, plan, bodyDigest, policy } = await givenPull(
      stage,
      await stage.ownRepository(),
      true,
    );
    const { issue, full, repository } = ticket;
    if (policy.type !== 'PullGathered' || policy.snapshot.policy.status !== 'ok') throw new Error('no policy');
    const command: CommandOf<'MergePull'> = {
      type: 'MergePull',
      pull: number,
      head,
      base: 'main',
      title: 'Add a bulk discount',
      ticket: {
        issue,
        requester: personOf(stage, 'mona'),
        bodyDigest,
        changeId: plan.changeId,
        planDigest: plan.digest,
        baseDigest: plan.baseDigest,
        approvers: ['will'],
      },
      reviewers: ['will'],
      policyBlob: policy.snapshot.policy.blob,
      times: 0,
      method: 'squash',
    };
    const mona = stage.world.person('mona');
    return {
      repository,
      work: await commandWork(stage, stream, `${stream}#9/0`, command),
      outside: async () => {
        const { merged } = await mona.pull(full, number);
        const gates = (await mona.checks(full, head)).filter(({ name }) => name === 'harness/gate');
        return {
          merged,
          main: (await stage.world.git(full, ['log', '--format=%s', 'main'])).replace(/#\d+/g, '#N'),
          // Unmerged, the check is converged afterwards, which is no part of this command.
          gate: merged && gates.at(-1)?.conclusion,
        };
      },
    };
  },
};
