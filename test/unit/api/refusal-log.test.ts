import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/api/metrics.ts';
import { createRefusalLog } from '../../../src/api/refusal-log.ts';
import { createLog } from '../../../src/log.ts';

test('a flood of strangers is one line a minute and a number; the writes of a run are told one by one', async () => {
  const lines: string[] = [];
  const metrics = createMetrics();
  let at = 0;
  const { onRefused, onStranger } = createRefusalLog(
    createLog('info', (line) => lines.push(line)),
    metrics,
    () => at,
  );
  const told = () => lines.splice(0).map((line) => JSON.parse(line) as object);
  for (at = 0; at < 60_000; at += 10) onStranger('token', 'unknown');
  expect(told()).toMatchObject([{ level: 40, why: 'unknown', refused: 1 }]);
  at = 60_000;
  onStranger('exchange', 'claims');
  onStranger('exchange', 'claims');
  expect(told()).toMatchObject([{ why: 'claims', refused: 6_000 }]);
  for (let n = 0; n < 3; n += 1) onRefused('the fence 1 is stale', 'run-1');
  expect(told()).toMatchObject(Array(3).fill({ run_id: 'run-1', why: 'the fence 1 is stale' }));
  const page = await metrics.registry.metrics();
  expect(page).toContain('gantry_runner_strangers_refused_total{at="token"} 6000');
  expect(page).toContain('gantry_runner_strangers_refused_total{at="exchange"} 2');
});
