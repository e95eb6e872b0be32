// What a phase's prompt rests on, read from the mirror's objects: the approved tasks, what earlier phases changed, what exists.
import type { ChangedFile } from '../../../adapters/git/contract.ts';
import { Permanent } from '../../errors.ts';
import type { PhaseWork } from '../../facts/run.ts';
import { readPhases } from '../../intake/text/tasks.ts';
import type { RunContext } from '../context.ts';
import { inventory } from '../prompt/inventory.ts';
import type { PhaseBrief } from '../prompt/phase.ts';

const shownFiles = 30;
const mostDiffBytes = 5 * 1024 * 1024;

type Context = Pick<RunContext, 'store' | 'repo' | 'assignment'>;

/** `tasks`: tasks.md as it was approved, not as a phase before may have left it. */
export async function phaseBrief(
  context: Context,
  phase: PhaseWork,
  { tasks, scope }: { tasks: string; scope: readonly string[] },
): Promise<PhaseBrief> {
  const { store, repo, assignment } = context;
  const phases = readPhases(tasks);
  const own = phases[phase.n - 1];
  if (!own || phases.length !== phase.of)
    throw new Permanent(
      `The approved tasks.md has ${phases.length} phases, and the run is about ${phase.n} of ${phase.of}.`,
    );
  const files = (await store.listTree(repo, assignment.start)).map(({ path }) => path);
  const earlier: string[] = [];
  for (const [index, { from, to }] of phase.earlier.entries())
    earlier.push(`Phase ${index + 1}, ${phases[index]?.title ?? ''}\n${await diffStat(context, from, to)}`);
  return {
    n: phase.n,
    of: phase.of,
    tasks: own.text,
    earlier,
    inventory: inventory(files, { scope, tasks: own.text }),
    others: phases.flatMap(({ text }, index) => (index === phase.n - 1 ? [] : [text])),
  };
}

async function diffStat({ store, repo }: Context, from: string, to: string): Promise<string> {
  const changed = await store.changedFiles(repo, from, to);
  const { lines } = await store.readTextDiff(repo, from, to, mostDiffBytes);
  const added = new Map<string, number>();
  for (const { path } of lines) added.set(path, (added.get(path) ?? 0) + 1);
  const shown = changed
    .slice(0, shownFiles)
    .map((file) => `${pathOf(file)}: ${file.status}, ${added.get(file.path) ?? 0} new lines`);
  return [...shown, ...(changed.length > shownFiles ? [`and ${changed.length - shownFiles} more files`] : [])].join(
    '\n',
  );
}

const pathOf = ({ path, from }: ChangedFile): string => (from === undefined ? path : `${from} -> ${path}`);
