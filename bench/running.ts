// The door and the loop on a journal, with a stand-in for GitHub behind them: what is measured is Gantry.

import { createHmac, randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPlainTracer } from '../adapters/tracer/plain.ts';
import { effects } from '../src/effects/index.ts';
import { createDoor } from '../src/intake/github/door.ts';
import type { Journal } from '../src/journal/database.ts';
import { createInbox } from '../src/journal/inbox.ts';
import { startLoop } from '../src/loop/loop.ts';
import { type Answered, silentPorts } from './reaction-ports.ts';

const SECRET = 'a-secret-for-the-benchmark';

export type Running = {
  /** Resolves when the door has acknowledged it. */
  deliver(payload: object): Promise<void>;
  answered: Answered;
  /** Closes the journal as well. */
  close(): Promise<void>;
};

/** `githubMs`: how long the stand-in for GitHub takes to answer. */
export async function startRunning(
  journal: Journal,
  say: (line: string) => void,
  { githubMs = 0 } = {},
): Promise<Running> {
  const inbox = createInbox(journal.db, journal.enqueue);
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (about: object, text: string) => say(`${text} ${JSON.stringify(about)}`),
  };
  const { ports, changes, answered } = silentPorts(journal.db, githubMs);
  const rounds = { journalSeconds: 1, repairSeconds: 3_600, lookSeconds: 3_600, superviseSeconds: 3_600 };
  const self = { botId: 1 };
  const loop = await startLoop({
    journal,
    inbox,
    effects,
    ports,
    changes,
    self,
    log,
    tracer: createPlainTracer(),
    watch: { begun() {}, translated() {} },
    rounds,
    onBudget() {},
    duplicatesRemoved() {},
  });
  const secrets = { current: SECRET, previous: undefined };
  const door = createDoor({ inbox, secrets, onError: (error) => say(String(error)) });
  const server = http.createServer((request, response) => void door(request, response));
  // Filling a journal takes longer than a connection is kept by default.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    answered,
    async deliver(payload) {
      const body = JSON.stringify(payload);
      const headers = {
        'content-type': 'application/json',
        'x-github-event': 'issue_comment',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
      };
      const response = await fetch(url, { method: 'POST', headers, body });
      if (response.status !== 202) throw new Error(`the door answered ${response.status}`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await loop.stop();
      await journal.close();
    },
  };
}
