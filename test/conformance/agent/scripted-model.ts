// The scripted provider behind a real gateway, reached as a box reaches it: any path on loopback, no key.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { ModelEndpoint, ModelScenario } from '../../../adapters/agent/conformance.ts';
import type { Capabilities } from '../../../adapters/agent/contract.ts';
import { createGateway } from '../../../src/gateway/gateway.ts';
import { createLedger } from '../../model/ledger.ts';
import * as scenarios from '../../model/scenarios.ts';
import type { Script } from '../../model/script.ts';
import { startModelServer } from '../../model/server.ts';

export const REAL_KEY = 'the-real-key-of-the-provider';

const SCRIPTS: Readonly<Record<ModelScenario, Script>> = {
  'writes-file': scenarios.writesFile,
  'changes-nothing': scenarios.changesNothing,
  refuses: scenarios.refuses,
  'never-stops': scenarios.neverStops,
  cut: scenarios.cutsTheStream,
  'fails-after-tool': scenarios.failsAfterTool,
  floods: scenarios.floods,
  'prints-binary': scenarios.printsBinary,
  'slow-tool': scenarios.startsSlowTool,
  'goes-on': scenarios.goesOn,
  steered: scenarios.steered,
  400: scenarios.failsWith(400),
  401: scenarios.failsWith(401),
  403: scenarios.failsWith(403),
  429: scenarios.failsWith(429),
  500: scenarios.failsWith(500),
  529: scenarios.failsWith(529),
};

export async function startScriptedModel(
  { protocol, defaultModel, sideModels }: Capabilities,
  scenario: ModelScenario,
  budget: number,
): Promise<ModelEndpoint> {
  const provider = await startModelServer({ script: SCRIPTS[scenario], key: REAL_KEY });
  const ledger = createLedger({ open: async () => ({ budget, usedTokens: 0 }) });
  const gateway = createGateway({
    providers: [{ protocol, baseUrl: provider.url, key: REAL_KEY }],
    meter: ledger,
    log: {
      call: () => undefined,
      unsettled: (_run, _call, error) => {
        throw error;
      },
    },
  });
  const run = { run: 'conformance', models: [defaultModel, ...sideModels] };
  const front = serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => {
      const url = new URL(request.url);
      url.pathname = `/runner/model/${protocol}${url.pathname}`;
      return gateway.fetch(new Request(url, request), run);
    },
  }) as Server;
  if (!front.listening) await once(front, 'listening');
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    truth: () => ledger.truth(run.run),
    close: async () => {
      const closed = once(front, 'close');
      front.close();
      front.closeAllConnections();
      await closed;
      await provider.close();
    },
  };
}
