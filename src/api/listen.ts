// Opens the port of an HTTP server.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Port 0 takes a free one. Answers the address with the port that was taken; rejects where it cannot be had. */
export async function listen(server: Server, { port, host }: { port: number; host: string }): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}
