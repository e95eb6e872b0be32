// Random faults for as long as the soak lasts, the same for the same seed and the same pace.
import type { Scene } from '../scene/scene.ts';
import type { FaultKind } from '../world/faults.ts';

const kinds: readonly FaultKind[] = [
  'latency',
  'fail-before',
  'fail-after',
  'reset-before',
  'reset-after',
  'secondary',
  'too-many',
];

const everyMs = 700;

/** How often each happened. */
export type Disturbed = { total: number; byKind: Record<string, number> };

export function disturb({ world }: Pick<Scene, 'world'>, random: () => number): { stop(): Disturbed } {
  const { webhooks, faults } = world;
  webhooks.rules.push(
    { match: () => random() < 0.05, do: 'drop' },
    { match: () => random() < 0.05, do: 'duplicate' },
    { match: () => random() < 0.1, do: 'delay', ms: 500 },
  );
  const timer = setInterval(() => {
    const kind = kinds[Math.floor(random() * kinds.length)] ?? 'latency';
    // One at a time: what met no request since is taken back.
    faults.clear();
    faults.add({ do: kind, seconds: 1, ms: 200, match: ({ path }) => !path.endsWith('/access_tokens') });
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      faults.clear();
      webhooks.rules.splice(0);
      const byKind: Record<string, number> = {};
      for (const { do: kind } of faults.applied) byKind[kind] = (byKind[kind] ?? 0) + 1;
      return { total: faults.applied.length, byKind };
    },
  };
}
