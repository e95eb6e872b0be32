// The adapter that `gantry adapters test` names: one of ours, or a module of yours. Where none is named, the fake.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { testAgent } from '../../../adapters/agent/conformance.ts';
import type { AgentAdapter, AgentChoice } from '../../../adapters/agent/contract.ts';
import { agents } from '../../../adapters/agent/index.ts';
import { readPolicy } from '../../../src/config/policy.ts';
import { AgentName } from '../../../src/facts/policy.ts';
import { fakeAgent } from '../../agent/fake-agent.ts';
import { REAL_KEY, startScriptedModel } from './scripted-model.ts';

const { GANTRY_ADAPTER: named, GANTRY_ADAPTER_POLICY: policyFile, GANTRY_AGENTS_DIR } = process.env;
const directory = GANTRY_AGENTS_DIR ?? path.join(homedir(), '.cache/gantry/agents');

async function adapterNamed(name: string): Promise<AgentAdapter> {
  const ours = AgentName.safeParse(name);
  if (ours.success) return agents[ours.data];
  const { adapter } = (await import(name)) as { adapter?: AgentAdapter };
  if (!adapter) throw new Error(`${name} exports no \`adapter\`: export const adapter: AgentAdapter = { … }`);
  return adapter;
}

function choiceIn(file: string): AgentChoice {
  const read = readPolicy(readFileSync(file, 'utf8'));
  if (read.status === 'broken') throw new Error(`${file}:${read.problems[0]?.line}: ${read.problems[0]?.message}`);
  const { agent: name, model, acp } = read.policy;
  return { name, ...(model !== undefined && { model }), ...(acp && { acp }) };
}

testAgent(named === undefined ? fakeAgent : await adapterNamed(named), {
  directory,
  startModel: startScriptedModel,
  realKey: REAL_KEY,
  ...(policyFile !== undefined && { agent: choiceIn(policyFile) }),
});
