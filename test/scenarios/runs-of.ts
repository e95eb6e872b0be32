// What became of the workflow runs, oldest first, and whether any process of theirs is left.
import { readdirSync, readFileSync } from 'node:fs';
import type { World } from '../world/contract.ts';

/** `plan success`, `implement cancelled`, or `verify in_progress`. */
export const runsOf = ({ actions }: Pick<World, 'actions'>): string[] =>
  [...actions.runs.values()].map(({ row }) => `${row.display_title.split(' ')[1]} ${row.conclusion ?? row.status}`);

/** Command lines of processes that work below the world's folder. */
export const survivors = ({ root }: Pick<World, 'root'>): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(root));

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended between the listing and the reading.
    return '';
  }
}
