import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { acp } from '../../../adapters/agent/acp/acp.ts';
import { sibling } from '../../../adapters/sibling.ts';
import { AcpAgent } from '../../../src/facts/policy.ts';

test.each([
  ['file:///opt/gantry/adapters/agent/acp/acp.ts', '/opt/gantry/adapters/agent/acp/driver.ts'],
  ['file:///opt/gantry/dist/runner.js', '/opt/gantry/dist/driver.js'],
])('beside %s lies %s', (url, path) => {
  expect(sibling(url, 'driver')).toBe(path);
});

test('the client that an agent of the protocol is started with is there', () => {
  const named = AcpAgent.parse({ command: ['agent'], protocol: 'gemini' });
  const { command } = acp.prepare({
    installation: { version: '1', root: '/root', readOnly: ['/root', '/node', '/driver'] },
    workspace: '/box',
    model: 'm-1',
    agent: { name: 'acp', model: 'm-1', acp: named },
    prompt: 'plan',
  });
  expect(command.filter((word) => word.includes('/acp/driver.') && existsSync(word))).toHaveLength(1);
});
