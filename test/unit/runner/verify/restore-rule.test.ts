import { describe, expect, test } from 'vitest';
import type { ChangedFile } from '../../../../adapters/git/contract.ts';
import { restorations } from '../../../../src/runner/verify/restore-rule.ts';

const file = (status: ChangedFile['status'], path: string, from?: string): ChangedFile => ({
  ...{ path, status, oldBlob: null, newBlob: null, oldMode: null, newMode: null },
  ...(from !== undefined && { from }),
});
const of = (changed: ChangedFile[], scope: string[] = ['**']) =>
  restorations(changed, scope).map(({ path, how }) => `${how} ${path}`);

describe('an existing file that is edited comes from the base', () => {
  test.each([
    ...[
      'test/unit/a.test.js',
      'tests/helpers.py',
      'src/__tests__/a.ts',
      'src/a.spec.ts',
      'pkg/a_test.go',
      'spec/a_spec.rb',
    ],
    ...['src/test/java/app/FooTest.java', 'app/FooIT.java', 'src/__snapshots__/a.snap', 'tests/conftest.py'],
    ...[
      'package.json',
      'packages/a/package.json',
      'package-lock.json',
      'vitest.config.ts',
      'Makefile',
      'tsconfig.build.json',
    ],
    ...[
      '.github/workflows/ci.yml',
      '.eslintrc.json',
      '.prettierrc',
      '.npmrc',
      'biome.json',
      'pyproject.toml',
      'setup.cfg',
    ],
    ...[
      'scripts/lint.js',
      'tools/gen.py',
      'deploy/run.sh',
      'pom.xml',
      'build.gradle.kts',
      'go.mod',
      'Cargo.toml',
      'Gemfile',
    ],
    ...['app/app.csproj', 'phpunit.xml.dist', 'MAKEFILE', 'node_modules/x/index.js', '.mocharc.yml', '.env.test'],
  ])('%s', (path) => {
    expect(of([file('modified', path)])).toEqual([`restore ${path}`]);
    expect(of([file('removed', path)])).toEqual([`restore ${path}`]);
    expect(of([file('type', path)])).toEqual([`restore ${path}`]);
  });
});

describe('what is neither test nor setting is the work itself', () => {
  test.each([
    ...[
      'src/shipment.js',
      'src/latest.ts',
      'app/Latest.java',
      'app/Unit.java',
      'src/testimonials.js',
      'docs/testing.md',
    ],
    ...[
      'src/arc.js',
      'src/contest.py',
      'bin/cli.js',
      'openspec/changes/x/specs/quotes/spec.md',
      'openspec/changes/x/tests/a.md',
    ],
  ])('%s', (path) => {
    expect(of(['modified', 'added', 'removed'].map((status) => file(status as ChangedFile['status'], path)))).toEqual(
      [],
    );
  });
});

test('under openspec/ only plan files are prose', () => {
  const paths = ['openspec/tests/a.js', 'openspec/changes/x/package.json', 'openspec/changes/x/run.sh'];
  expect(of(paths.map((path) => file('modified', path)))).toEqual(paths.map((path) => `restore ${path}`));
  expect(of([file('added', 'openspec/conftest.py')])).toEqual(['remove openspec/conftest.py']);
  expect(of([file('modified', 'openspec/changes/tests/test-plan.json')])).toEqual([]);
  expect(of([file('modified', 'openspec/changes/tests/.openspec.yaml')])).toEqual([]);
});

test('only a path that the plan names letter by letter keeps its change', () => {
  const changed = [file('modified', 'test/a.test.js'), file('modified', 'test/b.test.js')];
  expect(of(changed, ['test/**', 'test/a.test.js'])).toEqual(['restore test/b.test.js']);
});

test('new tests are what a change brings; a new setting would steer them and goes', () => {
  expect(of([file('added', 'test/unit/new.test.js'), file('added', 'scripts/new.js')])).toEqual([]);
  expect(of([file('added', 'vitest.config.ts'), file('copied', 'test/conftest.py', 'src/a.py')])).toEqual([
    'remove vitest.config.ts',
    'remove test/conftest.py',
  ]);
  expect(of([file('added', 'vitest.config.ts')], ['vitest.config.ts'])).toEqual([]);
});

test('a test that was moved away is put back, wherever it went', () => {
  expect(of([file('renamed', 'src/old.js', 'test/a.test.js')])).toEqual(['restore test/a.test.js']);
  expect(of([file('renamed', 'jest.config.js', 'src/a.js')])).toEqual(['remove jest.config.js']);
  expect(of([file('renamed', 'test/b.test.js', 'test/a.test.js')], ['test/b.test.js'])).toEqual([
    'restore test/a.test.js',
  ]);
});
