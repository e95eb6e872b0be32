// The parts of an implement prompt that only a phase has: what came before it, what is there, and what is not its business.
import type { Phase } from '../../facts/plan.ts';
import { fenced } from './fence.ts';

/** Read by us from git objects. `tasks` and `others` are the approved text; `earlier` and `inventory` are lines. */
export type PhaseBrief = Pick<Phase, 'n' | 'of'> & {
  tasks: string;
  /** One entry for each phase before this one, in order. */
  earlier: readonly string[];
  inventory: readonly string[];
  others: readonly string[];
};

/** The names of the fences below. */
export const phaseFences = ['EARLIER', 'INVENTORY', 'OTHER_TASKS'];

export const phaseIntro = ({ n, of }: PhaseBrief): string =>
  `The plan is carried out in ${of} phases, each by a run of its own that knows nothing of the others. You make phase ${n} and nothing
else. When you are done it is inspected, verified in a fresh checkout and committed; the next phase begins from that commit.`;

export const phaseSections = ({ earlier, inventory, others }: PhaseBrief): string => `
# What is there

${earlier.length > 0 ? `What the phases before this one changed; their tasks are done:\n\n${fenced('EARLIER', earlier.join('\n'))}` : 'This is the first phase: nothing of the plan is built yet.'}

Paths that the plan names, held against this checkout:

${fenced('INVENTORY', inventory.join('\n') || 'The plan names no path.')}

# Out of scope

Tasks of the other phases. Do none of them, also where they look easy; what is still to come is made by runs after this one:

${fenced('OTHER_TASKS', others.join('\n\n'))}
`;

export const phaseRules = [
  'Do exactly the tasks of this phase. Each layer below must pass when it ends, so leave nothing half done for a later phase.',
  'Write the tests that belong to these tasks. A test of the table that belongs to another phase is left to it.',
  'Where a task turns out to be done already, tick its box in tasks.md and go on.',
];
