// Every text of the project, without words that have no place in it.
import { expect, test } from 'vitest';
import { filesIn, pages, read, shipped, testCode } from './project-files.ts';
import { words } from './words.ts';

/** Tests of what finds secrets need something to find; it is put together there or stands in fixtures. */
const files = [
  ...shipped(),
  ...testCode(),
  ...pages(),
  ...filesIn('.github'),
  ...filesIn('.ci'),
  ...filesIn('docs', '.json'),
  ...filesIn('adapters', '.json'),
  ...[
    'package.json',
    'package-lock.json',
    'app.yml',
    '.env.example',
    'biome.json',
    'tsconfig.json',
    'vitest.config.ts',
  ],
];

test('what people and machines read was read', () => {
  for (const file of [
    'README.md',
    'AGENTS.md',
    'app.yml',
    '.github/workflows/gantry.yml',
    'adapters/agent/codex/package-lock.json',
  ])
    expect(files).toContain(file);
});

test.each(words)('nobody names $what', ({ pattern }) => {
  const found = files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
  expect(found).toEqual([]);
});

test.each(words)('it would be found: $what', ({ pattern, sample }) => {
  expect(sample).toMatch(pattern);
});
