// npm run bench [-- --json --only <name>]: one JSON document, or lines for people. Nothing is promised that is not measured.
import { parseArgs } from 'node:util';
import { benchAgentStart } from './agent-start.ts';
import { benchBox } from './box.ts';
import { benchBundle } from './bundle.ts';
import { benchBurst } from './burst.ts';
import { benchGateway } from './gateway.ts';
import { benchHealing } from './healing.ts';
import { benchIngest } from './ingest.ts';
import { benchLeases } from './leases.ts';
import { benchReaction } from './reaction.ts';
import { benchRequests } from './requests.ts';

const benches: Record<string, (say: (line: string) => void) => Promise<object>> = {
  ingest: benchIngest,
  leases: benchLeases,
  reaction: benchReaction,
  burst: benchBurst,
  requests: benchRequests,
  healing: benchHealing,
  box: benchBox,
  gateway: benchGateway,
  bundle: benchBundle,
  'agent-start': benchAgentStart,
};

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, only: { type: 'string' } } });
if (values.only !== undefined && !benches[values.only]) {
  console.error(`There is no benchmark "${values.only}"; there is: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}

const results: Record<string, object> = {};
for (const [name, bench] of Object.entries(benches)) {
  if (values.only !== undefined && values.only !== name) continue;
  results[name] = await bench((line) => console.error(`${name}: ${line}`));
}
console.log(JSON.stringify(results, null, values.json ? 0 : 2));
process.exit(0);
