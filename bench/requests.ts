// What the main job costs at GitHub: requests and content writes from the label to the merge, counted by the local world.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Reactions count as writes, token mints do not count at all. */
export type RequestsResult = {
  total: number;
  contentWrites: number;
  byRoute: Record<string, number>;
  durationMs: number;
};

type DemoReport = { outcome: string; durationMs: number; requests: Omit<RequestsResult, 'durationMs'> };

export async function benchRequests(say: (line: string) => void): Promise<RequestsResult> {
  const demo = join(import.meta.dirname, '..', 'test', 'demo', 'main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [demo, '--json'], { maxBuffer: 64 * 1024 * 1024 });
  const { outcome, durationMs, requests } = JSON.parse(stdout) as DemoReport;
  if (outcome !== 'merged') throw new Error(`the demo ended as ${outcome}, not merged: its requests mean nothing`);
  say(`${requests.total} requests, of which ${requests.contentWrites} write`);
  return { ...requests, durationMs };
}
