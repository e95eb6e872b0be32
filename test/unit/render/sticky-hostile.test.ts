import { expect, test } from 'vitest';
import type { StickyView } from '../../../src/decide/pull/sticky-view.ts';
import { message } from '../../../src/facts/message.ts';
import { renderSticky } from '../../../src/render/sticky.ts';
import { addressesIn, htmlIn, proseIn } from './markdown.ts';
import {
  approved,
  digest,
  fourLayers,
  gate,
  governance,
  governanceVerdict,
  inReview,
  layer,
  layerCheck,
  leftScope,
} from './views.ts';

const hostile = '<!-- gantry:policy --> @org/team `]()` | [x](https://evil.example) </details><img src=x> #1 \u202e';

/** Every piece that a stranger can fill, filled to its schema's limit. */
const enormous = (piece: string): StickyView => {
  const text = (length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const results = many(4, (index) =>
    layer(fourLayers[index] ?? 'unit', {
      conclusion: 'failure',
      why: text(500),
      tail: text(8_000),
      command: text(2_000),
    }),
  );
  const found = many(2_000, () => ({
    outcome: 'fail' as const,
    messageId: 'out-of-scope',
    data: { path: text(4_000) },
    check: 'plan-conformance',
  }));
  const data = Object.fromEntries(
    many(5, (index) => [['why', 'by', 'problems', 'layers', 'digest'][index] ?? '', text(70_000)]),
  );
  const whole = approved({
    stage: 'blocked',
    blocked: message('verification-failed', data),
    revoked: message('run-failed', data),
    runs: many(50, () => ({
      run: text(100),
      stage: 'plan' as const,
      outcome: { kind: 'failed' as const, class: 'bug' as const, why: text(70_000) },
    })),
  });
  const plan = whole.plan && {
    ...whole.plan,
    scope: many(100, () => text(200)),
    files: many(500, () => ({ path: text(4_000), blob: digest })),
  };
  return {
    ...inReview,
    gate: gate('failure', message('merge-refused', { detail: text(70_000) })),
    checks: [...results.map(layerCheck), governance(governanceVerdict({ plan: { ...leftScope, children: found } }))],
    evidence: many(100, (index) => ({
      id: `AC-${index}`,
      text: text(1_000),
      tests: many(50, () => ({ layer: 'unit', name: text(500), status: 'missing' as const })),
    })),
    ticket: { ...whole, ...(plan && { plan }) },
    next: message('next-blocked', data),
  };
};

test.each([
  'a',
  '&',
  '`',
  '|',
  '<',
  '@',
  '\n',
  '://',
  '🙂',
  hostile,
])('stays below the limit of GitHub for a view full of %j', (piece) => {
  const rendered = renderSticky(enormous(piece));
  expect(rendered.length).toBeLessThan(65_536);
  expect(rendered).toContain('more');
  expect(rendered).toMatch(/Gantry keeps this one comment up to date/);
});

test('nothing in the view can look like a marker of ours, become markup, or notify anybody', () => {
  const rendered = renderSticky(enormous(hostile));
  expect(rendered.indexOf('<!--', 1)).toBe(-1);
  const ours = /^(<!-- gantry:policy -->|<details><summary>[^<]*<\/summary>|<\/details>|<sub>|<\/sub>|<br>)$/;
  expect(htmlIn(rendered).filter((html) => !ours.test(html))).toEqual([]);
  expect(addressesIn(rendered).filter((address) => !address.startsWith('../'))).toEqual([]);
  expect(proseIn(rendered)).not.toMatch(/@\w|#\d/);
});
