import { testAgent } from '../../../adapters/agent/conformance.ts';
import { agents } from '../../../adapters/agent/index.ts';
import { agentSuite } from './agent-suite.ts';

testAgent(agents.codex, await agentSuite(agents.codex));
