// The Agent Client Protocol: an agent of ours written from its schema, and the gemini CLI, which speaks it too.
import path from 'node:path';
import { testAgent } from '../../../adapters/agent/conformance.ts';
import { agents } from '../../../adapters/agent/index.ts';
import { AcpAgent } from '../../../src/facts/policy.ts';
import { agentSuite } from './agent-suite.ts';

const suite = await agentSuite(agents.acp);
const scripted = AcpAgent.parse({
  command: [process.execPath, path.join(import.meta.dirname, '../../fixtures/agents/acp-agent.mjs')],
  protocol: 'openai-responses',
  env: { MODEL_URL: '{url}', MODEL: '{model}' },
  authenticate: 'key',
  keeps: ['.acp/sessions'],
});
testAgent(agents.acp, { ...suite, agent: { name: 'acp', model: 'gpt-5.5', acp: scripted } });

const real = await agentSuite(agents.gemini_cli);
const { root } = (await (real.skipReason === undefined
  ? agents.gemini_cli.install(real.directory)
  : agents.gemini_cli.installed(real.directory))) ?? { root: '/not-installed' };
const settings = {
  security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
  general: { enableAutoUpdate: false, maxAttempts: 2, retryFetchErrors: false },
  privacy: { usageStatisticsEnabled: false },
  hooksConfig: { enabled: false },
  advanced: { ignoreLocalEnv: true },
  experimental: { enableAgents: false },
};
const gemini = AcpAgent.parse({
  command: [
    process.execPath,
    path.join(root, 'node_modules/@google/gemini-cli/bundle/gemini.js'),
    '--acp',
    '--model={model}',
    '--allowed-mcp-server-names=__none__',
    '--extensions=none',
  ],
  protocol: 'gemini',
  env: {
    GEMINI_CLI_HOME: '{home}',
    GOOGLE_GEMINI_BASE_URL: '{url}',
    GEMINI_API_KEY: 'held-by-the-gateway',
    GEMINI_CLI_TRUST_WORKSPACE: 'false',
    GEMINI_CLI_NO_RELAUNCH: 'true',
  },
  files: { '.gemini/settings.json': JSON.stringify(settings) },
  authenticate: 'gemini-api-key',
});
const minutes = process.env.GANTRY_FAULTS === 'all' ? undefined : 'it takes minutes; `npm run test:agents` runs it';
if (minutes !== undefined) console.info(`skipped: gemini CLI by the Agent Client Protocol, ${minutes}`);
const skipReason = suite.skipReason ?? real.skipReason ?? minutes;
testAgent(agents.acp, {
  ...suite,
  ...(skipReason !== undefined && { skipReason }),
  agent: { name: 'acp', model: 'gemini-2.5-pro', acp: gemini },
});
