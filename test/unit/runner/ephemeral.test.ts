import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isEphemeral } from '../../../src/runner/ephemeral.ts';

function tempOfRunner(settings: string | undefined): string {
  const root = mkdtempSync(join(tmpdir(), 'gantry-runner-root-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  if (settings !== undefined) writeFileSync(join(root, '.runner'), settings);
  mkdirSync(join(root, '_work/_temp'), { recursive: true });
  return join(root, '_work/_temp');
}
/** A process that is nobody's runner. */
const stranger = 2 ** 22 + 1;

test.each([
  ['{"agentId": 9, "ephemeral": true, "workFolder": "_work"}', true],
  ['\ufeff{"AgentId":"25","Ephemeral":"True"}', true],
  ['{"agentId": 9, "workFolder": "_work"}', false],
  ['{"agentId": 9, "ephemeral": false}', false],
  ['{"Ephemeral":"False"}', false],
  ['{"note": "ephemeral: true"}', false],
  ['["ephemeral", true]', false],
  ['not JSON', false],
  [undefined, false],
])('the settings %j of a runner say ephemeral: %s', (settings, ephemeral) => {
  expect(isEphemeral(stranger, tempOfRunner(settings))).toBe(ephemeral);
});

test('without a runner around it, nothing is believed', () => {
  expect(isEphemeral(stranger, undefined)).toBe(false);
  expect(isEphemeral(process.pid, undefined)).toBe(false);
});
