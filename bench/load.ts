// The load, in a process of its own: signed webhooks that differ, each sent with a GUID of its own.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import type { Load } from './ingest.ts';
import type { Signed } from './payloads.ts';

const [url = '', file = '', seconds = '5', connections = '32'] = process.argv.slice(2);
const deliveries = JSON.parse(readFileSync(file, 'utf8')) as Signed[];
const requests = deliveries.map(({ body, signature }) => ({
  body: Buffer.from(body),
  headers: {
    'content-type': 'application/json',
    'x-github-event': 'pull_request',
    'x-hub-signature-256': signature,
  },
}));
let sent = 0;
const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [
    {
      method: 'POST',
      setupRequest: (request) => {
        const { body, headers } = requests[sent++ % requests.length] ?? request;
        return { ...request, body, headers: { ...headers, 'x-github-delivery': randomUUID() } };
      },
    },
  ],
});
const load: Load = {
  perSecond: result.requests.average,
  p50: result.latency.p50,
  p99: result.latency.p99,
  acknowledged: result['2xx'],
  refused: result.non2xx + result.errors,
};
console.log(JSON.stringify(load));
process.exit(0);
