// emulate's Linear, on a port of its own. It keeps the port it is given, so a free one is looked up first.
import { type AddressInfo, createServer } from 'node:net';
import { createEmulator } from 'emulate';

export interface Linear {
  /** GraphQL is at `<url>/graphql`. */
  url: string;
  /** A personal API key of the admin. */
  apiKey: string;
  close(): Promise<void>;
}

const API_KEY = 'lin_test_admin';

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

export async function openLinear(): Promise<Linear> {
  const port = await freePort();
  const states = {
    Backlog: 'backlog',
    Todo: 'unstarted',
    'In Progress': 'started',
    'In Review': 'started',
    Done: 'completed',
  };
  const emulator = await createEmulator({
    service: 'linear',
    port,
    hostname: '127.0.0.1',
    seed: {
      linear: {
        organization: { name: 'Acme', url_key: 'acme' },
        users: [
          { email: 'root-admin@example.com', name: 'Root Admin', admin: true },
          { email: 'mona@example.com', name: 'Mona Requester' },
          { email: 'will@example.com', name: 'Will Approver' },
        ],
        teams: [
          {
            key: 'ENG',
            name: 'Engineering',
            states: Object.entries(states).map(([name, type]) => ({ name, type })),
          },
        ],
        tokens: [{ token: API_KEY, user: 'root-admin@example.com', scopes: ['read', 'write', 'admin'] }],
      },
    },
  });
  return { url: emulator.url, apiKey: API_KEY, close: () => emulator.close() };
}
