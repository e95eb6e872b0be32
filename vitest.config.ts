// Four voices: unit and meta are quick, conformance and the world use real processes, scenarios speak with the whole system.
import { defineConfig } from 'vitest/config';

/** `npm run test:faults` takes everything; `npm test` leaves out what takes minutes, so that it stays below a quarter of an hour on 2 cores. */
const everything = process.env.GANTRY_FAULTS === 'all';
const faults = everything ? '*' : '{registry,hostile,matrix-*}';
const minutes = [
  'agents',
  'backlog',
  'budgets',
  'faults',
  'gates',
  'healing',
  'kill-switch',
  'people',
  'phases',
  'replicas',
  'supervise',
  'traces',
  'webhooks',
];
const leftOut = everything ? [] : minutes.map((name) => `test/scenarios/${name}.test.ts`);

const slow = { testTimeout: 60_000, hookTimeout: 120_000 };
/** Ten times the input takes ten times as long. */
const patient = everything ? { ...slow, testTimeout: 600_000 } : slow;

export default defineConfig({
  test: {
    globalSetup: './test/global-setup.ts',
    reporters: ['default', './test/summary-reporter.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'meta', include: ['test/meta/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'world', include: ['test/world/**/*.test.ts'], ...slow } },
      { test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], ...slow } },
      { test: { name: 'faults', include: [`test/faults/${faults}.test.ts`], ...patient } },
      {
        test: {
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts'],
          exclude: leftOut,
          ...slow,
          testTimeout: 300_000,
        },
      },
    ],
    // Scenarios wait a third of their time (measured: 18 min of CPU in 14.5 min on 2 cores with three), so four share two cores.
    maxWorkers: 4,
  },
});
