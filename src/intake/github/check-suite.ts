// check_suite: "Re-run all checks" asks for the gate again; the other checks follow from what is gathered for it.
import { z } from 'zod';
import { actorOf, Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({
  action: z.string(),
  check_suite: z.object({ id: z.int(), head_sha: z.string(), updated_at: z.string() }),
});

export const checkSuite: Intake = {
  event: 'check_suite',
  actions: ['rerequested'],
  translate(value) {
    const payload = Payload.parse(value);
    const { check_suite: suite } = payload;
    return [
      {
        to: 'head',
        sha: suite.head_sha,
        repository: repositoryOf(payload),
        key: `suite:${suite.id}/rerequested@${suite.updated_at}`,
        fact: { type: 'CheckRerequested', name: 'harness/gate', sha: suite.head_sha, by: actorOf(payload.sender) },
      },
    ];
  },
};
