// Gantry in a process of its own beside or instead of the scene's, so that it can be killed as a power cut would.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Where } from '../../src/journal/database.ts';
import { type AppChild, appChild } from '../scene/app-child.ts';
import type { Dialogue } from './dialogue.ts';

export type Separate = Pick<AppChild, 'start' | 'problems'> & { kill(): Promise<void> };

/** Takes the scene's address over; what the scene started is stopped. */
export async function instead(scene: Dialogue, databaseUrl: string | undefined): Promise<Separate> {
  await scene.app.close();
  return processOf(scene, databaseUrl, Number(new URL(scene.app.url).port));
}

/** A second replica on the same database; runners and webhooks keep going to the first. */
export const beside = (scene: Dialogue, databaseUrl: string): Separate => processOf(scene, databaseUrl, 0);

function processOf(scene: Dialogue, databaseUrl: string | undefined, port: number): Separate {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-killed-'));
  const where: Where = databaseUrl === undefined ? { kind: 'pglite', folder } : { kind: 'postgres', url: databaseUrl };
  const child = appChild(scene, { where, port, folder });
  const kill = async () => {
    await child.end('SIGKILL');
  };
  onTestFinished(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...child, kill };
}
