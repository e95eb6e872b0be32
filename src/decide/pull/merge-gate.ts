// The reviews before a merge by policy: how many, of whom; and whether a waived plan stayed within what may be waived.

import { Policy } from '../../facts/policy.ts';
import { type Demand, demandOf, mayWaive } from '../gates/demand.ts';
import type { PullState } from './state.ts';

const policyOf = ({ snapshot }: PullState): Policy =>
  snapshot?.policy.status === 'ok' ? snapshot.policy.policy : Policy.parse({ version: 1 });

/** Both paths of a rename. */
const pathsOf = ({ snapshot }: PullState): string[] | 'unreadable' =>
  snapshot === undefined || snapshot.files === 'unreadable'
    ? 'unreadable'
    : snapshot.files.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));

/** The change's own folder is not what it changes. */
const isOfPlan = (path: string): boolean => path.startsWith('openspec/changes/');

const changed = (state: PullState): string[] | 'unreadable' => {
  const paths = pathsOf(state);
  return paths === 'unreadable' ? paths : paths.filter((path) => !isOfPlan(path));
};

export function mergeDemand(state: PullState): Demand {
  const paths = changed(state);
  return demandOf('merge', policyOf(state), {
    paths,
    labels: state.ticket?.labels ?? [],
    ...(paths !== 'unreadable' && { files: paths.length }),
    lines: state.snapshot?.added,
  });
}

/** Who presses merge once the gate is open. Work of a machine that others use too is a person's to take over (trust.md 4). */
export const mergedBy = (state: PullState): 'gantry' | 'people' =>
  state.ticket?.isolation === 'reused' ? 'people' : policyOf(state).merge.by;

/** What was waived for documentation and tests turned out to be more. */
export function exceedsWaiver(state: PullState): boolean {
  if (state.ticket?.approval?.waived === undefined) return false;
  const paths = changed(state);
  return paths === 'unreadable' || (paths.length > 0 && !mayWaive(policyOf(state), { paths, labels: [] }));
}
