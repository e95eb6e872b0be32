// docs/spec says what the code does: its tables are made from it, and every name it lists is one that exists.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FailureClass, RunOutcome, RunState } from '../../../src/facts/run.ts';
import { TicketStage } from '../../../src/facts/stage.ts';
import { pageOf, renewed, tables } from './spec-tables.ts';

const pages = ['ticket', 'pull', 'run'] as const;

test.each(pages)('docs/spec/%s.md has the tables of the code (vitest -u renews them)', async (name) => {
  await expect(renewed(pageOf(name))).toMatchFileSnapshot(`../../../docs/spec/${name}.md`);
});

test('every table has its place on a page', () => {
  const all = pages.map(pageOf).join('\n');
  for (const name of Object.keys(tables)) expect(all).toContain(`<!-- table: ${name} -->`);
});

/** The first cell of each row under a heading. */
const listed = (page: string, heading: string): string[] => {
  const part = page.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';
  return [...part.matchAll(/^\| `([^`]+)`/gm)].map(([, cell = '']) => cell);
};

test('every stage, run state, outcome, class and blocker is explained, and no other', () => {
  const sorted = (names: readonly string[]) => [...names].sort();
  const stages = TicketStage.options.map(({ shape }) => shape.name.value);
  expect(sorted(listed(pageOf('ticket'), 'Stages'))).toEqual(sorted(stages));
  expect(sorted(listed(pageOf('run'), 'States'))).toEqual(sorted(RunState.options));
  expect(sorted(listed(pageOf('run'), 'Outcomes'))).toEqual(
    sorted(RunOutcome.options.map(({ shape }) => shape.kind.value)),
  );
  expect(sorted(listed(pageOf('run'), 'Failure classes'))).toEqual(sorted(FailureClass.options));
  const gate = readFileSync(new URL('../../../src/decide/pull/gate.ts', import.meta.url), 'utf8');
  const blockers = [...new Set([...gate.matchAll(/'(gate-[a-z-]+)'/g)].map(([, id = '']) => id))];
  expect(blockers.length).toBeGreaterThan(15);
  expect(sorted(listed(pageOf('pull'), 'Blockers').filter((id) => id.startsWith('gate-')))).toEqual(sorted(blockers));
});
