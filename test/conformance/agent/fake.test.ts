import { testAgent } from '../../../adapters/agent/conformance.ts';
import { fakeAgent } from '../../agent/fake-agent.ts';
import { REAL_KEY, startScriptedModel } from './scripted-model.ts';

testAgent(fakeAgent, { directory: '/unused', startModel: startScriptedModel, realKey: REAL_KEY });
