// The suite that every agent adapter passes with its real CLI. The caller brings a model that follows the named scenario.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FailureClass } from '../../src/facts/run.ts';
import { type AgentRun, type RunRequest, runAgent } from './conformance-run.ts';
import { plantTraps, sprungTraps } from './conformance-traps.ts';
import {
  type AgentAdapter,
  type AgentChoice,
  type AgentOutcome,
  type Capabilities,
  EVENT_TEXT_LIMIT,
  type GatewayTruth,
  type Installation,
} from './contract.ts';

/**
 * What the model does. `writes-file` creates `hello.txt` with the line `hello`; `never-stops` asks for commands for ever;
 * `fails-after-tool` answers 500 once a command has run; `floods` and `prints-binary` are what a command prints; `slow-tool`
 * is a command that sleeps; `steered` is the same until the prompt `Go on.` comes, to which it says `I remember.`; `goes-on` is `writes-file` until the prompt `Go on.` comes, to which it says `I remember.` if it
 * was shown what went before. A number is the status of every answer.
 */
export type ModelScenario =
  | 'writes-file'
  | 'changes-nothing'
  | 'refuses'
  | 'never-stops'
  | 'cut'
  | 'fails-after-tool'
  | 'floods'
  | 'prints-binary'
  | 'slow-tool'
  | 'steered'
  | 'goes-on'
  | 400
  | 401
  | 403
  | 429
  | 500
  | 529;

export type ModelEndpoint = {
  /** As `LaunchRequest.modelUrl`. */
  url: string;
  truth(): GatewayTruth;
  close(): Promise<void>;
};

export type AgentSuite = {
  /** Where CLIs are installed; shared between test runs. */
  directory: string;
  /** A gateway with this token budget in front of a provider that plays the scenario and accepts only the real key. */
  startModel(capabilities: Capabilities, scenario: ModelScenario, budget: number): Promise<ModelEndpoint>;
  /** The provider's key: must be nowhere near the agent. */
  realKey: string;
  /** What the policy says of an agent that is not named by its adapter alone. */
  agent?: AgentChoice;
  /** Set: nothing runs, and this is why. */
  skipReason?: string;
};

const PLENTY = 10_000_000;
/** Less than what one call needs with its output. */
const SCARCE = 60_000;
/** Of a run whose model fails, what the CLI tries again included. The most was seen of claude_code, which asks six times after a 400. */
const MOST_CALLS = 6;
const INSTALL_MS = 300_000;
const RUN_MS = 60_000;

export function testAgent(adapter: AgentAdapter, suite: AgentSuite): void {
  const { skipReason } = suite;
  if (skipReason !== undefined) {
    test.skip(`agent ${adapter.name}: ${skipReason}`);
    return;
  }
  describe(`agent ${adapter.name}${
    suite.agent?.acp
      ? ` (${suite.agent.acp.command
          .slice(0, 2)
          .map((word) => basename(word))
          .join(' ')})`
      : ''
  }`, { timeout: RUN_MS }, () => {
    let installation: Installation;
    const runs: AgentRun[] = [];
    beforeAll(async () => {
      installation = await adapter.install(suite.directory);
    }, INSTALL_MS);
    afterAll(() => Promise.all(runs.map((run) => run.remove())));

    async function play(
      scenario: ModelScenario,
      options: { budget?: number } & Pick<RunRequest, 'prepare' | 'atCommand' | 'goesOn'> = {},
    ) {
      const model = await suite.startModel(adapter.describe(suite.agent), scenario, options.budget ?? PLENTY);
      try {
        const run = await runAgent(adapter, {
          installation,
          modelUrl: model.url,
          agent: suite.agent,
          ...options,
        });
        runs.push(run);
        const gateway = model.truth();
        const outcome = adapter.classify({ ...run, gateway });
        const alone = adapter.classify({ ...run, gateway: null });
        // An adapter of somebody's own may name a class that says nothing of what comes next.
        for (const end of [outcome, alone])
          if (end.kind === 'failed') expect(FailureClass.options).toContain(end.class);
        return { ...run, gateway, outcome, alone };
      } finally {
        await model.close();
      }
    }

    test('does the work without the real key, tells about it and says that it is done', async () => {
      const { workspace, events, outcome, gateway, launch, env } = await play('writes-file');
      expect(await readFile(join(workspace, 'hello.txt'), 'utf8')).toBe('hello\n');
      expect(outcome).toEqual({ kind: 'completed', message: 'Created hello.txt.' });
      expect(events.map((event) => event.type)).toEqual(
        expect.arrayContaining(['started', 'command', 'message', 'finished']),
      );
      expect(events.some((event) => event.type === 'usage')).toBe(adapter.describe(suite.agent).reportsUsage);
      expect(events).toContainEqual(
        expect.objectContaining({
          type: 'command',
          phase: 'ended',
          exitCode: 0,
          output: adapter.describe(suite.agent).reportsOutput ? expect.stringContaining('hello') : expect.any(String),
        }),
      );
      expect(gateway.calls.map((call) => call.status)).toEqual([200, 200]);
      expect(JSON.stringify({ launch, env })).not.toContain(suite.realKey);
    });

    test('leaves the checkout alone when the model changes nothing', async () => {
      const { workspace, outcome } = await play('changes-nothing');
      expect(outcome.kind).toBe('completed');
      expect(await readdir(workspace)).toEqual([]);
    });

    test('runs nothing that the repository configures', async () => {
      const { workspace, outcome } = await play('writes-file', { prepare: plantTraps });
      expect(outcome.kind).toBe('completed');
      expect(await sprungTraps(workspace)).toEqual([]);
    });

    test.each<[ModelScenario, Extract<AgentOutcome, { kind: 'failed' }>['class']]>([
      ['refuses', 'agent_refused'],
      [400, 'agent_failed'],
      [401, 'auth'],
      [403, 'auth'],
      [429, 'throttled'],
      [500, 'infrastructure'],
      [529, 'infrastructure'],
      ['cut', 'infrastructure'],
      ['fails-after-tool', 'infrastructure'],
    ])('model %s is %s', async (scenario, failure) => {
      const { outcome, alone, gateway } = await play(scenario);
      expect(outcome).toMatchObject({ kind: 'failed', class: failure });
      expect(gateway.calls.length).toBeLessThanOrEqual(MOST_CALLS);
      // Without the gateway's word the class may be coarser, but never a success.
      expect(alone.kind).toBe('failed');
    });

    test.each<ModelScenario>(['floods', 'prints-binary'])('output that %s is read to its end', async (scenario) => {
      const { outcome, events } = await play(scenario);
      expect(outcome.kind).toBe('completed');
      const output = events.flatMap((event) => (event.type === 'command' ? [event.output ?? ''] : []));
      for (const text of output) expect(text.length).toBeLessThanOrEqual(EVENT_TEXT_LIMIT);
    });

    test('killed while a command runs: it has not finished', async () => {
      const { outcome, alone, events } = await play('slow-tool', { atCommand: 'kill' });
      expect(events.some((event) => event.type === 'finished')).toBe(false);
      expect(outcome).toMatchObject({ kind: 'failed', class: 'infrastructure' });
      expect(alone).toMatchObject({ kind: 'failed', class: 'infrastructure' });
    });

    const forgets = adapter.describe(suite.agent).resume === null ? ' (skipped: this agent has no conversations)' : '';
    test.skipIf(forgets !== '')(`goes on with a conversation in another home and folder${forgets}`, async () => {
      const first = await play('goes-on');
      const second = await play('goes-on', { goesOn: first });
      expect(second.outcome).toEqual({ kind: 'completed', message: 'I remember.' });
      expect(second.gateway.calls).toHaveLength(1);
    });

    const deaf = adapter.describe(suite.agent).steer ? '' : ' (skipped: this agent listens to nothing while it runs)';
    test.skipIf(deaf !== '')(`asked to stop, or to do something else, it does${deaf}`, async () => {
      const asked = await play('steered', { atCommand: 'cancel' });
      expect(asked.events.at(-1)).toMatchObject({ type: 'finished', ok: false, reason: 'interrupted' });
      expect(asked.gateway.calls).toHaveLength(1);
      const { outcome } = await play('steered', { atCommand: 'steer' });
      expect(outcome).toEqual({ kind: 'completed', message: 'I remember.' });
    });

    test('stops when the budget is spent', async () => {
      const { outcome, gateway } = await play('never-stops', { budget: SCARCE });
      expect(outcome).toMatchObject({ kind: 'failed', class: 'quota_exhausted' });
      expect(gateway.spent).toBe(true);
    });
  });
}
