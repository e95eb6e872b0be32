import { testAgent } from '../../../adapters/agent/conformance.ts';
import { agents } from '../../../adapters/agent/index.ts';
import { agentSuite } from './agent-suite.ts';

testAgent(agents.claude_code, await agentSuite(agents.claude_code));
