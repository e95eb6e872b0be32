// push: any branch that open items are based on moved. Our own branches speak through their pull requests.
import { z } from 'zod';
import { Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({ ref: z.string(), after: z.string(), deleted: z.boolean().optional() });

export const push: Intake = {
  event: 'push',
  translate(value) {
    const payload = Payload.parse(value);
    const branch = /^refs\/heads\/(.+)$/.exec(payload.ref)?.[1];
    if (!branch || branch.startsWith('gantry/') || payload.deleted) return [];
    const key = `push:${payload.repository.id}/${branch}@${payload.after}`;
    return [
      {
        to: 'open',
        repository: repositoryOf(payload),
        key,
        fact: { type: 'BaseMoved', ref: branch, sha: payload.after },
      },
    ];
  },
};
