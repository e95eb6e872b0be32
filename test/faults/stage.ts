// GitHub, a journal and an App without workers: each job is done by hand, so no case waits for a queue or a back-off.

import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createGitStore } from '../../adapters/git/store.ts';
import { createGitHub } from '../../adapters/github/octokit.ts';
import { createOpenSpec } from '../../adapters/openspec/openspec.ts';
import { createUnboxed } from '../../adapters/sandbox/none.ts';
import { createPlainTracer } from '../../adapters/tracer/plain.ts';
import type { Ports } from '../../src/effects/contract.ts';
import type { Repository } from '../../src/facts/repository.ts';
import { createDoor } from '../../src/intake/github/door.ts';
import { type Journal, openJournal, type Where } from '../../src/journal/database.ts';
import { createInbox, type Inbox } from '../../src/journal/inbox.ts';
import { createLog } from '../../src/log.ts';
import { repairDeliveries } from '../../src/loop/sweep/delivery-rounds.ts';
import { daysOfLog, type SweepTools } from '../../src/loop/sweep/tools.ts';
import { translate } from '../../src/loop/translate.ts';
import type { World } from '../world/contract.ts';
import { startWorld } from '../world/world.ts';
import { targetRepository } from './target-repository.ts';

export type Stage = {
  world: World;
  journal: Journal;
  ports: Ports;
  /** What the rounds of the sweep work with, on github.com. */
  sweep: SweepTools;
  /** Ports whose GitHub client has not heard of any limit, as another replica has not. */
  freshPorts(): Ports;
  /** Of a replica whose disk is empty: it shares the database and nothing else. */
  otherReplica(): Ports;
  repository: Repository;
  /** A repository that no other case has touched. */
  ownRepository(): Promise<Repository>;
  /** Everything that was told is translated; what never arrived is fetched from the App's log. */
  hear(): Promise<void>;
  /** Lines of warning or worse, oldest first. */
  log: string[];
  close(): Promise<void>;
};

export async function openStage(where: Where): Promise<Stage> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-stage-'));
  const lines: string[] = [];
  const log = createLog('warn', (line) => lines.push(line));
  const world = await startWorld();
  const journal = await openJournal(where, () => {
    // A case that ends the connections hears of it by what it tries next.
  });
  const inbox = createInbox(journal.db, journal.enqueue);
  const sandbox = createUnboxed();
  const git = createGitStore({ dataDir: folder, sandbox });
  const openspec = createOpenSpec(sandbox);
  const server = await openDoor(inbox, world.app.webhookSecret);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world.listen(url);
  const freshGitHub = () => {
    const { id: appId, privateKey } = world.app;
    return createGitHub({ appId, privateKey, baseUrl: world.url, pace: 'none', log });
  };
  const { changes } = freshGitHub();
  const freshPorts = (): Ports => {
    const github = freshGitHub();
    return {
      ...github,
      git,
      openspec,
      db: journal.db,
      serverUrl: world.url,
      runners: { publicUrl: url, workflow: 'gantry.yml', totalRuns: 10_000, pickUpSeconds: 600 },
      // The world's lists lag by count, not by time.
      listLagMs: 1,
      signingKey: undefined,
      standing: async () => undefined,
      modelOf: () => ({ model: 'none', rate: undefined }),
    };
  };
  const ports = freshPorts();
  const self = await ports.reader.self();
  const sweep: SweepTools = {
    journal,
    inbox,
    reader: ports.reader,
    changes,
    self,
    logDays: daysOfLog('https://github.com'),
    workflow: ports.runners.workflow,
    totalRuns: ports.runners.totalRuns,
    log,
  };
  let disks = 0;
  const otherReplica = () => ({
    ...freshPorts(),
    git: createGitStore({ dataDir: path.join(folder, `disk-${++disks}`), sandbox }),
  });
  let made = 0;
  const ownRepository = async (): Promise<Repository> => {
    const name = `case-${++made}`;
    const row = await world.addRepository({ name, files: targetRepository() });
    return { installation: world.app.installationId, id: row.id, owner: 'acme', name };
  };
  const repository = await ownRepository();

  async function translateAll(): Promise<void> {
    const watch = { begun() {}, translated() {} };
    const tools = { ...journal, inbox, self, log, tracer: createPlainTracer(), watch, look: () => {} };
    for (;;) {
      const jobs = await journal.boss.fetch<{ batch: string }>('translate', { batchSize: 20 });
      if (jobs.length === 0) return;
      for (const { id, data } of jobs) {
        await translate(tools, data.batch);
        await journal.boss.complete('translate', id);
      }
    }
  }

  return {
    world,
    journal,
    ports,
    sweep,
    freshPorts,
    otherReplica,
    repository,
    ownRepository,
    log: lines,
    async hear() {
      await runsEnded(world);
      await world.settle();
      await repairDeliveries(sweep, 'failure', 0);
      await translateAll();
    },
    async close() {
      await world.actions.stop();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await journal.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One that only waits ends when it is cancelled. */
export async function runsEnded({ actions }: World): Promise<void> {
  const ending = [...actions.runs.values()].filter(({ row, cancelled }) => cancelled || !row.path.includes('slow'));
  await Promise.all(ending.map(({ done }) => done));
}

async function openDoor(inbox: Inbox, secret: string): Promise<http.Server> {
  const door = createDoor({ inbox, secrets: { current: secret, previous: undefined }, onError: () => {} });
  const server = http.createServer((request, response) => void door(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}
