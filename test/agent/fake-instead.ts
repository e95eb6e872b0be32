// What a runner checks out so that it starts the fake agent: the registry of agents, replaced.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const file = 'test/agent/fake-agent.ts';

export const fakeInstead = (): Record<string, string> => ({
  [file]: readFileSync(path.join(import.meta.dirname, 'fake-agent.ts'), 'utf8'),
  'adapters/agent/index.ts': `export { fakeAgents as agents } from '../../${file}';\n`,
});
