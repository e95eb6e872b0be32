import { expect, test } from 'vitest';
import { all } from '../../../src/facts/verdict.ts';
import { renderCheck } from '../../../src/render/check.ts';
import { htmlIn } from './markdown.ts';
import { governance, layer, layerCheck, leftScope, verdictParts } from './views.ts';

test('annotations are plain text, capped, and skip what passed', () => {
  const found = Array.from({ length: 80 }, (_, index) => ({
    outcome: 'fail' as const,
    messageId: 'out-of-scope',
    data: { path: `src/@mia/<b>${index}.js` },
    check: 'plan-conformance',
    at: [{ path: `src/${index}.js` }],
  }));
  const fine = { ...verdictParts.secrets, at: [{ path: 'src/fine.js' }] };
  const { name, view: shown } = governance(all('governance', [{ ...leftScope, children: found }, fine]));
  const { annotations = [] } = renderCheck(name, shown);
  expect(annotations).toHaveLength(50);
  expect(annotations[0]).toEqual({
    path: 'src/0.js',
    startLine: 1,
    endLine: 1,
    level: 'failure',
    title: 'plan-conformance',
    message:
      'src/@mia/<b>0.js is changed but outside the approved scope. Undo it, or widen the scope and have the plan approved again.',
  });
});

test('whatever a layer printed, summary and text stay below the limit and are text', () => {
  const hostile = '```\n</details><!-- gantry:policy --> @octocat <img src=x> `|`\n';
  const text = (length: number) => hostile.repeat(Math.ceil(length / hostile.length)).slice(0, length);
  const tests = Array.from({ length: 500 }, () => ({ name: text(500), status: 'failed' as const }));
  const { name, view: shown } = layerCheck(
    layer('unit', { conclusion: 'failure', why: text(500), command: text(70_000), tail: text(70_000), tests }),
  );
  const rendered = renderCheck(name, shown);
  for (const part of [rendered.summary, rendered.text ?? '']) {
    expect(part.length).toBeLessThan(65_536);
    expect(part).toContain('more');
    expect(part).not.toContain('<!--');
    expect(htmlIn(part)).toEqual([]);
  }
  const many = Array.from({ length: 3_000 }, () => ({ ...leftScope, data: { count: text(4_000) } }));
  const verdict = renderCheck('harness/governance', governance(all('governance', many)).view);
  expect(verdict.summary.length).toBeLessThan(65_536);
  expect(verdict.title.length).toBeLessThan(121);
});
