// What the rounds of the sweep work with.
import type { GitHubChanges } from '../../../adapters/changes/contract.ts';
import type { GitHubReader } from '../../../adapters/github/contract.ts';
import type { Heard } from '../../intake/github/contract.ts';
import { append } from '../../journal/append.ts';
import type { Journal } from '../../journal/database.ts';
import type { Inbox } from '../../journal/inbox.ts';
import type { Log } from '../log.ts';

export type SweepTools = {
  journal: Journal;
  inbox: Inbox;
  reader: GitHubReader;
  changes: GitHubChanges;
  self: { botId: number };
  /** Days that GitHub keeps its log of deliveries. */
  logDays: number;
  /** The workflow file that starts runners. */
  workflow: string;
  /** Runs over all repositories at the same time. */
  totalRuns: number;
  log: Log;
};

/** How long the log of deliveries is kept, and redelivery is possible. Docs: "Redelivering webhooks". */
const logKeptDays = { github: 3, enterprise: 7 };

export const daysOfLog = (serverUrl: string): number =>
  serverUrl === 'https://github.com' ? logKeptDays.github : logKeptDays.enterprise;

/** Appends what was found as a webhook would be. Returns how many facts were new. */
export async function tell({ journal: { db, enqueue } }: SweepTools, heard: readonly Heard[]): Promise<number> {
  let told = 0;
  await db.transaction().execute(async (tx) => {
    for (const one of heard) if (one.to === 'stream' && (await append(tx, enqueue, one))) told++;
  });
  return told;
}
