// The real program cannot be had here, so the fake stands for it: what is shown is our side of the documented contract.
import path from 'node:path';
import { testAgent } from '../../../adapters/agent/conformance.ts';
import { openhands } from '../../../adapters/agent/openhands/openhands.ts';
import { REAL_KEY, startScriptedModel } from './scripted-model.ts';

const directory = process.env.GANTRY_OPENHANDS_DIR ?? path.join(import.meta.dirname, '../../fixtures/agents');

testAgent(openhands, { directory, startModel: startScriptedModel, realKey: REAL_KEY });
