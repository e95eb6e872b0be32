// The smallest assignment of a run.
import type { Assignment } from '../../src/facts/run.ts';

export const anAssignment = (run: string): Assignment => ({
  run,
  fence: 1,
  stage: 'plan',
  repository: { id: 9, fullName: 'acme/app', gitUrl: 'http://127.0.0.1/acme/app.git' },
  ticket: { number: 1, title: 'A title', body: 'A body', criteria: [] },
  start: 'a'.repeat(40),
  agent: { name: 'codex' },
  egress: [],
  layers: {},
  budget: { wallSeconds: 60, tokens: 1_000, ticketTokens: 2_000 },
  heartbeatSeconds: 15,
});
