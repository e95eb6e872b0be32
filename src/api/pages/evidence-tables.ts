// What proves the work: each criterion with its tests, and what each layer said.
import type { StickyView } from '../../decide/pull/sticky-view.ts';
import type { LayerResult } from '../../facts/run.ts';
import { counted, duration } from '../../render/layer.ts';
import { type Html, html } from './html.ts';
import { table, tag } from './parts.ts';

type Test = StickyView['evidence'][number]['tests'][number];

const testWord: Readonly<Record<Test['status'], { tone: string; word: string }>> = {
  passed: { tone: 'good', word: 'passed' },
  failed: { tone: 'bad', word: 'failed' },
  skipped: { tone: 'wait', word: 'skipped' },
  missing: { tone: 'bad', word: 'not found' },
  not_run: { tone: '', word: 'not run yet' },
};

export const evidenceTable = (evidence: StickyView['evidence']): Html =>
  table(
    ['Criterion', 'Tests that prove it'],
    evidence.map(({ id, text, tests }) => [
      html`<strong>${id}</strong> ${text}`,
      tests.length === 0
        ? html`<span class="soft">no test named yet</span>`
        : html`<ul class="tree">${tests.map(oneTest)}</ul>`,
    ]),
  );

const oneTest = ({ layer, name, status }: Test): Html =>
  html`<li>${tag(testWord[status].tone, testWord[status].word)} <span class="soft">${layer}:</span> ${name}</li>`;

const layerWord: Readonly<Record<LayerResult['conclusion'], { tone: string; word: string }>> = {
  success: { tone: 'good', word: 'passed' },
  failure: { tone: 'bad', word: 'failed' },
  skipped: { tone: '', word: 'skipped' },
  timed_out: { tone: 'bad', word: 'timed out' },
  unknown: { tone: 'bad', word: 'no result' },
};

export const layersTable = (results: readonly LayerResult[]): Html =>
  table(
    ['Layer', 'Result', 'Tests', 'Time', 'Why'],
    results.map((layer) => [
      html`<strong>${layer.layer}</strong>`,
      tag(layerWord[layer.conclusion].tone, layerWord[layer.conclusion].word),
      counted(layer) ?? '',
      layer.durationMs === undefined ? '' : html`<span class="num">${duration(layer.durationMs)}</span>`,
      html`${layer.why}${layer.command ? html`<br><code>${layer.command}</code>` : ''}${layer.tail ? html`<details><summary>End of the output</summary><pre>${layer.tail}</pre></details>` : ''}`,
    ]),
  );
