// TEMPORARY
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Core, World } from '../contract.ts';
import { createComplete } from '../complete.ts';
import { createEvents } from '../events.ts';
import { createMemory } from '../memory.ts';
import { createOffice } from '../office.ts';
import { createPolish } from '../polish.ts';
import { createCalls, createIdentity } from '../core.ts';
import { openEmulate } from '../door.ts';
import { openFront } from '../front.ts';
import { createGit } from '../git.ts';
import { createGitStream } from '../git-http.ts';
import { addRepository } from '../repositories.ts';
import { createRights, createRightsGate } from '../rights.ts';
import { seed } from '../seed.ts';

export async function startWorld(): Promise<World> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'world-'));
  const front = await openFront();
  const emulate = await openEmulate({ baseUrl: front.url, seed: await seed(), onDispatch: () => undefined });
  const identity = createIdentity(emulate);
  const calls = createCalls(front, emulate, identity);
  const stops: (() => void | Promise<void>)[] = [];
  const memory = createMemory();
  const base = { url: front.url, emulate, repo: identity.repo };
  const polish = createPolish(base, memory);
  const office = createOffice(emulate);
  const events = createEvents({ emulate, office, complete: createComplete(base, memory, polish, front.context), errors: front.errors, ...identity, ...calls });
  const core = {
    url: front.url,
    root,
    emulate,
    errors: front.errors,
    route: front.route,
    ...identity,
    ...calls,
    ...events,
    onClose: (f: any) => void stops.push(f),
  } as unknown as Core;
  const git = createGit(core);
  const rights = createRights(core);
  const stream = createGitStream(core, git, rights);
  front.start({
    actorOf: core.actorOf,
    pass: core.pass,
    polish,
    stream,
    faultBefore: async () => undefined,
    faultAfter: () => undefined,
    gates: [createRightsGate(core, rights)],
    remember: () => undefined,
    seen: () => undefined,
  } as any);
  let closed = false;
  return {
    ...core,
    webhooks: office, settle: async () => { await events.idle(); await office.idle(); },
    git: async (full: string, args: string[]) => {
      await git.toGit(full);
      return (await git.raw(full, args)).toString();
    },
    addRepository: (r: any) => addRepository(core, r),
    close: async () => {
      if (closed) return;
      closed = true;
      for (const s of stops.reverse()) await s();
      await front.close();
      rmSync(root, { recursive: true, force: true });
    },
  } as unknown as World;
}
