// check_run: somebody pressed "Re-run" on one of our checks. GitHub tells only the App that owns it.
import { z } from 'zod';
import { actorOf, Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({
  action: z.string(),
  check_run: z.object({ id: z.int(), name: z.string(), head_sha: z.string(), completed_at: z.string().nullish() }),
});

export const checkRun: Intake = {
  event: 'check_run',
  actions: ['rerequested', 'requested_action'],
  translate(value) {
    const payload = Payload.parse(value);
    const { check_run: check } = payload;
    return [
      {
        to: 'head',
        sha: check.head_sha,
        repository: repositoryOf(payload),
        key: `check:${check.id}/${payload.action}@${check.completed_at ?? ''}`,
        fact: { type: 'CheckRerequested', name: check.name, sha: check.head_sha, by: actorOf(payload.sender) },
      },
    ];
  },
};
