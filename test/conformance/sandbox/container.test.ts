import { afterAll, describe } from 'vitest';
import { testSandbox } from '../../../adapters/sandbox/conformance.ts';
import { testBox } from '../../../adapters/sandbox/conformance-boxed.ts';
import { testLimits } from '../../../adapters/sandbox/conformance-limits.ts';
import { containerHere } from './container-here.ts';
import { elsewhere } from './elsewhere.ts';

const { sandbox, available, image, close } = await containerHere();
afterAll(close);

describe.skipIf(!available.ok)(`container${available.ok ? '' : ` (skipped: ${available.why})`}`, () => {
  testSandbox(sandbox);
  testBox(sandbox, { system: ['sys'], elsewhere: (script) => elsewhere(script, 'container', image) });
  testLimits(sandbox);
});
