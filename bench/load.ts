// The load, in a process of its own: the same signed webhook over and over, each with a GUID of its own.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

const [url = '', payload = '', signature = '', seconds = '5', connections = '32'] = process.argv.slice(2);
const headers = {
  'content-type': 'application/json',
  'x-github-event': 'pull_request',
  'x-hub-signature-256': signature,
};
const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [
    {
      method: 'POST',
      body: readFileSync(payload),
      setupRequest: (request) => ({ ...request, headers: { ...headers, 'x-github-delivery': randomUUID() } }),
    },
  ],
});
console.log(
  JSON.stringify({
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    acknowledged: result['2xx'],
    refused: result.non2xx + result.errors,
  }),
);
process.exit(0);
