// `gantry adapters test`: holds one agent adapter to the contract, with its real CLI and a model that plays every scenario.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Permanent } from '../errors.ts';
import { AgentName } from '../facts/policy.ts';
import { type CliCommand, readArgs } from './command.ts';
import { printable } from './printable.ts';
import { runChild } from './run-child.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const suite = 'test/conformance/agent/named.test.ts';

export const adapters: CliCommand = {
  name: 'adapters',
  summary: 'Holds an agent adapter, ours or a module of yours, to the contract.',
  usage: `adapters test <${AgentName.options.join(' | ')} | module> [--policy <harness.yml>]`,
  async run(args, io) {
    const { values, positionals } = readArgs(args, { policy: { type: 'string' } }, true);
    const [verb, name, ...more] = positionals;
    if (verb !== 'test' || name === undefined || more.length > 0)
      throw new Permanent(`say which adapter: gantry ${adapters.usage}`);
    const ours = AgentName.safeParse(name).success;
    const module = path.resolve(io.cwd, name);
    if (!ours && !existsSync(module))
      throw new Permanent(
        `${printable(name)} is neither an adapter of ours (${AgentName.options.join(', ')}) nor a file: name a module that exports \`adapter\`.`,
      );
    const policy = values.policy === undefined ? undefined : path.resolve(io.cwd, values.policy);
    if (policy !== undefined && !existsSync(policy)) throw new Permanent(`There is no policy ${printable(policy)}.`);
    if (name === 'acp' && policy === undefined)
      throw new Permanent('The adapter acp starts what a policy names: give one that has `agent: acp` with --policy.');
    if (!existsSync(vitest) || !existsSync(path.join(root, suite)))
      throw new Permanent('The suite is not part of the package: run this in a checkout of Gantry, after `npm ci`.');
    const env = {
      ...io.env,
      GANTRY_ADAPTER: ours ? name : module,
      ...(policy !== undefined && { GANTRY_ADAPTER_POLICY: policy }),
    };
    const code = await runChild(
      [vitest, 'run', '--root', root, '--project', 'conformance', suite],
      { ...io, env },
      { apart: false },
    );
    if (code === 0) io.out(`${printable(name)} keeps the contract of agents.`);
    else io.err(`${printable(name)} does not keep the contract of agents: what failed stands above.`);
    return code === 0 ? 0 : 1;
  },
};
