import { testAgent } from '../../../adapters/agent/conformance.ts';
import { agents } from '../../../adapters/agent/index.ts';
import { agentSuite } from './agent-suite.ts';

testAgent(agents.gemini_cli, await agentSuite(agents.gemini_cli));
