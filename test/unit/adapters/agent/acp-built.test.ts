// Built as for a release: types stripped, `.js` beside `.js`. What the adapter starts must lie where it then is.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AgentAdapter } from '../../../../adapters/agent/contract.ts';
import { AcpAgent } from '../../../../src/facts/policy.ts';

const root = resolve(import.meta.dirname, '../../../..');

/** The module and all that it imports, below `target`. Answers where it lies. */
function build(source: string, target: string, done = new Set<string>()): string {
  const built = join(target, relative(root, source)).replace(/\.ts$/, '.js');
  if (done.has(source)) return built;
  done.add(source);
  const code = stripTypeScriptTypes(readFileSync(source, 'utf8'));
  mkdirSync(dirname(built), { recursive: true });
  writeFileSync(built, code.replace(/(from '\.[^']*)\.ts'/g, "$1.js'"));
  for (const [, path = ''] of code.matchAll(/from '(\.[^']*\.ts)'/g))
    build(resolve(dirname(source), path), target, done);
  return built;
}

test('the client that is started in the box lies beside the built adapter', async () => {
  const target = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-built-')));
  onTestFinished(() => rmSync(target, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  build(join(root, 'adapters/agent/acp/driver.ts'), target);
  const { acp }: { acp: AgentAdapter } = await import(build(join(root, 'adapters/agent/acp/acp.ts'), target));
  const { command } = acp.prepare({
    installation: { version: '1', root: '/root', readOnly: ['/root', '/node', '/driver'] },
    workspace: '/box',
    model: 'm-1',
    agent: { name: 'acp', model: 'm-1', acp: AcpAgent.parse({ command: ['agent'], protocol: 'gemini' }) },
    prompt: 'plan',
  });
  const driver = command.find((word) => word.includes('driver'));
  expect(driver).toBe(join(target, 'adapters/agent/acp/driver.js'));
  expect(existsSync(driver ?? '')).toBe(true);
});
