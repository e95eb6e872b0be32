// The main job as it ends when nothing goes wrong: what every disturbed one is compared with.
import { expect } from 'vitest';
import type { Ending } from './main-job.ts';

export const undisturbed = {
  stage: 'merged',
  merged: true,
  issue: { state: 'closed', labels: ['ai-ready'] },
  checks: {
    'harness/static': 'success',
    'harness/unit': 'success',
    'harness/integration': 'success',
    'harness/smoke': 'success',
    'harness/governance': 'success',
    'harness/gate': 'success',
  },
  stickies: [expect.stringContaining('<!-- gantry:policy -->')],
  said: { issue: [expect.stringContaining('<!-- gantry:notice -->')], pull: [] },
  reactions: ['eyes', 'rocket'],
  runs: [
    { stage: 'plan', outcome: 'delivered' },
    { stage: 'implement', outcome: 'delivered' },
    { stage: 'verify', outcome: 'delivered' },
  ],
  main: [expect.any(String), expect.any(String)],
} satisfies Record<keyof Ending, unknown>;
