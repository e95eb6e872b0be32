// Whether and where the agents' real CLIs run: 100 to 400 MB each, so only when asked or already there.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AgentSuite } from '../../../adapters/agent/conformance.ts';
import type { AgentAdapter } from '../../../adapters/agent/contract.ts';
import { REAL_KEY, startScriptedModel } from './scripted-model.ts';

export async function agentSuite(adapter: AgentAdapter): Promise<AgentSuite> {
  const directory = process.env.GANTRY_AGENTS_DIR ?? join(homedir(), '.cache/gantry/agents');
  const suite = { directory, startModel: startScriptedModel, realKey: REAL_KEY };
  if (process.env.GANTRY_TEST_AGENTS === '1' || (await adapter.installed(directory)) !== null) return suite;
  const skipReason = `its CLI is not in ${directory}; \`npm run test:agents\` installs it`;
  console.info(`skipped: agent ${adapter.name}, ${skipReason}`);
  return { ...suite, skipReason };
}
