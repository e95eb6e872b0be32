// Each acceptance criterion, the tests that prove it, and what became of them at this head.
import type { StickyView } from '../../decide/pull/sticky-view.ts';
import { details, table } from '../table.ts';
import { code, prose, text } from '../text.ts';

type Row = StickyView['evidence'][number];
type Test = Row['tests'][number];

const testsShown = 5;
/** A table of this many rows may stand open; a longer one is folded. */
const openRows = 8;

const marks: Readonly<Record<Test['status'], string>> = {
  passed: '✅',
  failed: '❌',
  skipped: '⚪',
  missing: '❌',
  not_run: '⚪',
};

function result({ tests }: Row): string {
  const has = (status: Test['status']) => tests.some((test) => test.status === status);
  if (tests.length === 0) return '⚪ no test named yet';
  if (has('failed')) return '❌ failed';
  if (has('missing')) return '❌ test not found';
  if (has('skipped')) return '❌ test skipped';
  return has('not_run') ? '⚪ not run yet' : '✅ proven';
}

/** The marks of single tests matter only where they differ from the result of the whole. */
function testsOf({ tests }: Row): string {
  const mixed = new Set(tests.map(({ status }) => status)).size > 1;
  const lines = tests
    .slice(0, testsShown)
    .map(({ layer, name, status }) => `${mixed ? `${marks[status]} ` : ''}${text(layer, 20)}: ${code(name, 120)}`);
  const more = tests.length - testsShown;
  return [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

export function evidenceSection({ evidence }: StickyView): string {
  if (evidence.length === 0) return '';
  const rows = evidence.map((row) => [`**${text(row.id, 20)}** ${prose(row.text, 200)}`, testsOf(row), result(row)]);
  const body = table(['Acceptance criterion', 'Tests', 'Result'], rows, 15_000);
  const proven = evidence.filter((row) => result(row) === '✅ proven').length;
  return evidence.length <= openRows
    ? body
    : details(`Acceptance criteria: ${proven} of ${evidence.length} proven`, body);
}
