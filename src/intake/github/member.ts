// member: somebody's rights in a repository changed, so what they approved is read again.
import { z } from 'zod';
import { Account, Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({ action: z.string(), member: Account.nullable() });

export const member: Intake = {
  event: 'member',
  actions: ['added', 'edited', 'removed'],
  translate(value) {
    const payload = Payload.parse(value);
    if (!payload.member) return [];
    // The payload has no time: two changes of one person within a minute read the rights once, live.
    const key = `member:${payload.repository.id}/${payload.member.id}/${payload.action}`;
    return [
      {
        to: 'open',
        repository: repositoryOf(payload),
        key,
        fact: { type: 'MembersChanged', login: payload.member.login },
      },
    ];
  },
};
