// installation: every open pull request gets a gate before anybody makes the gate required.
import { z } from 'zod';
import type { Intake } from './contract.ts';

const Payload = z.object({ action: z.string(), installation: z.object({ id: z.int() }) });

export const installation: Intake = {
  event: 'installation',
  actions: ['created', 'unsuspend', 'new_permissions_accepted'],
  translate: (value) => [{ to: 'look', installation: Payload.parse(value).installation.id }],
};
