// installation_repositories: repositories were added, so their open pull requests need a gate.
import { z } from 'zod';
import type { Intake } from './contract.ts';

const Payload = z.object({ action: z.string(), installation: z.object({ id: z.int() }) });

export const installationRepositories: Intake = {
  event: 'installation_repositories',
  actions: ['added'],
  translate: (value) => [{ to: 'look', installation: Payload.parse(value).installation.id }],
};
