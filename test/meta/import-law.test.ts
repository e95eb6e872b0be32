// The import law over the real code, and every rule of it broken on purpose to show that it can fail.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cruiseFolders, order, rules, violations } from './import-law.ts';
import { root, shipped } from './project-files.ts';

const planted = mkdtempSync(path.join(tmpdir(), 'gantry-import-law-'));
afterAll(() => rmSync(planted, { recursive: true, force: true }));

test('the law holds, and every file was seen', async () => {
  const result = await cruiseFolders(root);
  const seen = result.modules
    .map(({ source }) => source)
    .filter((source) => /^(src|adapters|checks)\/.*\.ts$/.test(source));
  expect(seen.sort()).toEqual(shipped());
  expect(seen.length).toBeGreaterThan(200);
  const named = result.modules.find(({ source }) => source === 'src/loop/react.ts')?.dependencies ?? [];
  // One import of a type and one of a value: both kinds are followed.
  expect(named.map(({ resolved }) => resolved)).toEqual(
    expect.arrayContaining(['src/decide/contract.ts', 'src/journal/append.ts']),
  );
  expect(violations(result)).toEqual([]);
});

/** Each breaks exactly the rule it is filed under. */
const breaches: Readonly<Record<string, readonly (readonly [file: string, text: string])[]>> = {
  'errors-from-its-left': [['src/errors.ts', "import { fact } from './facts/fact.ts';"]],
  'facts-from-its-left': [['src/facts/stage.ts', "import type { decide } from '../decide/ticket.ts';"]],
  'contracts-from-its-left': [['adapters/tracker/contract.ts', "import '../../src/config/env.ts';"]],
  'checks-from-its-left': [['checks/scope.ts', "import { glob } from '../src/config/env.ts';"]],
  'config-from-its-left': [['src/config/policy.ts', "export { decide } from '../decide/ticket.ts';"]],
  'decide-from-its-left': [['src/decide/pull.ts', "import '../render/sticky.ts';"]],
  'render-from-its-left': [['src/render/notice.ts', "import '../journal/append.ts';"]],
  'journal-from-its-left': [['src/journal/lock.ts', "import '../loop/react.ts';"]],
  'intake-from-its-left': [['src/intake/issues.ts', "import '../effects/merge.ts';"]],
  'effects-from-its-left': [['src/effects/push.ts', "const late = await import('../loop/react.ts');"]],
  'loop-from-its-left': [['src/loop/loop.ts', "import '../api/pages.ts';"]],
  'gateway-from-its-left': [['src/gateway/meter.ts', "import '../runner/run.ts';"]],
  'runner-from-its-left': [['src/runner/box.ts', "import '../../adapters/agent/codex/codex.ts';"]],
  'api-from-its-left': [['src/api/health.ts', "import '../app.ts';"]],
  'adapters-stay-apart': [['adapters/tracker/linear/linear.ts', "import '../../agent/codex/codex.ts';"]],
  'app-from-contracts': [['src/app.ts', "import '../adapters/agent/codex/codex.ts';"]],
  'pure-imports-zod-only': [
    ['src/render/table.ts', "import { EOL } from 'node:os';"],
    ['src/facts/run.ts', "import 'yaml';"],
  ],
  'database-in-journal-and-loop': [['src/effects/write.ts', "import { sql } from 'kysely';"]],
  'nobody-imports-main': [['src/cli/start.ts', "import '../main.ts';"]],
  'everything-is-found': [['src/intake/push.ts', "import './gone.ts';"]],
  'every-file-has-a-place': [['src/pieces/piece.ts', "import '../errors.ts';"]],
};

/** What the breaches import, and what the law allows. */
const lawful: readonly (readonly [file: string, text: string])[] = [
  ['src/facts/fact.ts', "import 'zod';"],
  ['src/config/env.ts', "import 'node:fs';"],
  ['src/decide/ticket.ts', "import '../facts/fact.ts';"],
  ['src/render/sticky.ts', "import '../decide/ticket.ts';"],
  ['src/journal/append.ts', "import 'kysely';"],
  ['src/loop/react.ts', "import '../journal/append.ts'; import 'pg-boss';"],
  ['src/effects/merge.ts', "import type { Agent } from '../../adapters/agent/contract.ts';"],
  ['src/gateway/gateway.ts', "import '../journal/append.ts';"],
  ['src/runner/run.ts', "import '../errors.ts';"],
  ['src/runner/main.ts', "import '../../adapters/agent/codex/codex.ts';"],
  ['src/api/pages.ts', "import '../journal/append.ts';"],
  ['src/main.ts', "import './app.ts'; import '../adapters/agent/codex/codex.ts';"],
  ['src/cli/run.ts', "import '../../adapters/agent/codex/codex.ts';"],
  ['adapters/agent/contract.ts', "import '../../src/facts/fact.ts';"],
  ['adapters/agent/codex/codex.ts', "import '../contract.ts'; import './parse.ts';"],
  ['adapters/agent/codex/parse.ts', 'export const parse = 1;'],
  ...['zod', 'yaml', 'kysely', 'pg-boss'].map((name) => [`node_modules/${name}/index.js`, ''] as const),
];

test('each rule finds its planted breach and nothing else', async () => {
  const plantedFiles = Object.values(breaches).flat();
  for (const [file, text] of [...lawful, ...plantedFiles]) {
    mkdirSync(path.join(planted, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(planted, file), `${text}\nexport {};\n`);
  }
  const found = (await cruiseFolders(planted)).summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`);
  const expected = Object.entries(breaches).flatMap(([rule, files]) => files.map(([file]) => `${file}: ${rule}`));
  expect(found.sort()).toEqual(expected.sort());
  expect(Object.keys(breaches).sort()).toEqual((rules.forbidden ?? []).map(({ name }) => name).sort());
  expect(order).toHaveLength(14);
});
