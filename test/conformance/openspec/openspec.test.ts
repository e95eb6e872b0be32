// The pinned openspec CLI behind its port: what is valid, what is not, and what never reaches it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createOpenSpec } from '../../../adapters/openspec/openspec.ts';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { createUnboxed } from '../../../adapters/sandbox/none.ts';
import { Bug } from '../../../src/errors.ts';
import { root } from '../../scene/our-repository.ts';

const box = await createBubblewrap().available();
const openspec = createOpenSpec(box.ok ? createBubblewrap() : createUnboxed());
const changeId = 'add-bulk-discount';

function filesBelow(folder: string): { path: string; bytes: Buffer }[] {
  const from = path.join(root, folder);
  return (readdirSync(from, { recursive: true }) as string[])
    .filter((name) => name.startsWith('openspec') && statSync(path.join(from, name)).isFile())
    .map((name) => ({ path: name, bytes: readFileSync(path.join(from, name)) }));
}

const plan = [...filesBelow('test/fixtures/target'), ...filesBelow('test/fixtures/work/plan')];
const changed = (file: string, text: string) =>
  plan.map((one) => (one.path.endsWith(file) ? { ...one, bytes: Buffer.from(text) } : one));

describe(box.ok ? 'in a box' : `without a box (${box.why})`, () => {
  test('the plan of the fixture is a valid change', async () => {
    expect(await openspec.validate(changeId, plan)).toEqual({ valid: true, problems: [] });
  });

  test('a requirement without a scenario is a problem that names its place', async () => {
    const thin = '# Quotes\n\n## ADDED Requirements\n\n### Requirement: Discount\nThe quote SHALL have a discount.\n';
    const judged = await openspec.validate(changeId, changed('add-bulk-discount/specs/quotes/spec.md', thin));
    expect(judged.valid).toBe(false);
    expect(judged.problems.join('\n')).toMatch(/scenario/i);
  });

  test('a change that is not there is not valid', async () => {
    expect((await openspec.validate('no-such-change', plan)).valid).toBe(false);
  });

  test('a path that leaves the folder is never written', async () => {
    await expect(openspec.validate(changeId, [{ path: '../outside.md', bytes: Buffer.from('x') }])).rejects.toThrow(
      Bug,
    );
  });
});
