// merge_group: a merge queue made a commit and waits for the gate at it.
import { z } from 'zod';
import { pullStream } from '../../facts/stream.ts';
import { Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({
  action: z.string(),
  merge_group: z.object({ head_sha: z.string(), head_ref: z.string() }),
});

export const mergeGroup: Intake = {
  event: 'merge_group',
  actions: ['checks_requested'],
  translate(value) {
    const payload = Payload.parse(value);
    const { head_sha: sha, head_ref: ref } = payload.merge_group;
    // refs/heads/gh-readonly-queue/<base>/pr-<number>-<sha of the base>
    const pull = /^refs\/heads\/gh-readonly-queue\/.+\/pr-(\d{1,10})-[0-9a-f]+$/.exec(ref)?.[1];
    if (pull === undefined) return [];
    const stream = pullStream(payload.repository.id, Number(pull));
    return [
      {
        to: 'stream',
        stream,
        repository: repositoryOf(payload),
        key: `${stream}/group/${sha}`,
        fact: { type: 'GroupRequested', sha },
      },
    ];
  },
};
