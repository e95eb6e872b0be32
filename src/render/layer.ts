// One verification layer: its numbers in a line, and its whole story for the check run.
import type { LayerResult } from '../facts/run.ts';
import { layerResult } from './result.ts';
import { atMost, paragraphs, table } from './table.ts';
import { code, fence, grouped, prose } from './text.ts';

const testIcon = { passed: '✅', failed: '❌', skipped: '⚪' } as const;
const worstFirst = ['failed', 'skipped', 'passed'] as const;

/** `950 ms`, `12.3 s`, `4 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `12 passed, 1 failed`; only what there is. Undefined without counts, because no count is not zero. */
export function counted({ counts }: Pick<LayerResult, 'counts'>): string | undefined {
  if (!counts) return undefined;
  const parts = [
    ...(counts.failed > 0 ? [`${grouped(counts.failed)} failed`] : []),
    `${grouped(counts.passed)} passed`,
    ...(counts.skipped > 0 ? [`${grouped(counts.skipped)} skipped`] : []),
  ];
  return parts.join(', ');
}

/** What happened in one line: numbers where it passed, the reason where it did not. */
export function layerLine(layer: LayerResult): string {
  const numbers = counted(layer);
  const time = layer.durationMs === undefined ? '' : ` in ${duration(layer.durationMs)}`;
  if (layer.conclusion === 'success') return numbers ? `${numbers}${time}` : prose(layer.why);
  return numbers ? `${numbers}: ${prose(layer.why)}` : prose(layer.why);
}

function facts({ command, exitCode, durationMs, conclusion, ...layer }: LayerResult): string {
  const rows = [
    ['Result', layerResult[conclusion]],
    ...(command ? [['Command', code(command, 300)]] : []),
    ...(exitCode === undefined ? [] : [['Exit code', exitCode === null ? 'none, it was stopped' : String(exitCode)]]),
    ...(durationMs === undefined ? [] : [['Time', duration(durationMs)]]),
    ...(layer.counts ? [['Tests', counted(layer) ?? '']] : []),
  ];
  return table(['Layer', layer.layer], rows);
}

/** The check run's summary: why, the facts, and the tests that did not pass. */
export function layerSummary(layer: LayerResult): string {
  const failed = (layer.tests ?? []).filter(({ status }) => status === 'failed');
  const names = failed.map(({ name }) => `- ❌ ${code(name, 300)}`);
  return paragraphs(prose(layer.why, 500), facts(layer), names.length > 0 && `**Failed**\n\n${atMost(names, 20_000)}`);
}

/** The check run's text: the end of the output, then every test with the failed ones first. */
export function layerText({ tail, tests }: LayerResult): string {
  const sorted = worstFirst.flatMap((status) => (tests ?? []).filter((test) => test.status === status));
  const lines = sorted.map(({ name, status }) => `- ${testIcon[status]} ${code(name, 300)}`);
  return paragraphs(
    tail && `**End of the output**\n\n${fence(tail)}`,
    lines.length > 0 && `**Tests**\n\n${atMost(lines, 40_000)}`,
  );
}
