// The repository of a case: the scenarios' target with workflows that do nothing, or nothing but wait.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../scene/our-repository.ts';

export function targetRepository(): Record<string, string> {
  return {
    ...filesOf('test/fixtures/target'),
    '.github/workflows/gantry.yml': workflow('true'),
    '.github/workflows/slow.yml': workflow('exec sleep 600'),
  };
}

/** The fixture's plan, and the plan with the work that it asks for. */
export const planFiles = (): Record<string, string> => filesOf('test/fixtures/work/plan');
export const workFiles = (): Record<string, string> => ({ ...planFiles(), ...filesOf('test/fixtures/work/implement') });

export const changeId = 'add-bulk-discount';

function filesOf(folder: string): Record<string, string> {
  const top = path.join(root, folder);
  const names = (readdirSync(top, { recursive: true }) as string[]).filter((name) =>
    statSync(path.join(top, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(top, name), 'utf8')]));
}

const workflow = (run: string): string => `name: Gantry
run-name: gantry \${{ inputs.stage }} \${{ inputs.run }}
on:
  workflow_dispatch:
    inputs:
      run: { type: string, required: true }
      stage: { type: string, default: '' }
jobs:
  run:
    runs-on: self-hosted
    steps:
      - run: '${run}'
`;
