// The target repository: the fixture's files, the chosen agent in its policy, and the workflow that `gantry init` writes.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { AgentName } from '../../src/facts/policy.ts';
import { root } from './our-repository.ts';

const folder = path.join(root, 'test/fixtures/target');

export function targetFiles(
  agent: AgentName,
  workflow: string,
  differing: Record<string, string | null>,
): Record<string, string> {
  const fixture = (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name): [string, string] => [name.split(path.sep).join('/'), readFileSync(path.join(folder, name), 'utf8')]);
  const files: Record<string, string | null> = {
    ...Object.fromEntries(fixture),
    '.github/workflows/gantry.yml': workflow,
    ...differing,
  };
  const policy = files['.github/harness.yml'];
  if (policy) files['.github/harness.yml'] = policy.replace(/^agent: .*$/m, `agent: ${agent}`);
  return Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== null));
}
