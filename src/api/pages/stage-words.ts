// The stages of a ticket as titles, and the way from the label to the merge as steps.

import type { TicketState } from '../../decide/ticket/state.ts';
import type { StageName } from '../../facts/stage.ts';

const titles: Readonly<Record<StageName, string>> = {
  idle: 'Not started',
  checking: 'Checking the issue',
  not_ready: 'Not ready',
  awaiting_start: 'Waiting for approval to start',
  planning: 'Planning',
  publishing_plan: 'Publishing the plan',
  awaiting_approval: 'Waiting for approval',
  implementing: 'Implementing',
  verifying: 'Verifying',
  publishing: 'Pushing',
  between_phases: 'Between two phases',
  in_review: 'In review',
  retrying: 'Failed, tried again soon',
  merged: 'Merged',
  blocked: 'Stopped, needs a person',
  canceled: 'Canceled',
};

export const stageTitle = (stage: StageName): string => titles[stage];

const waiting: readonly StageName[] = ['awaiting_start', 'awaiting_approval', 'in_review', 'not_ready', 'retrying'];

export const stageTone = (stage: StageName): 'good' | 'bad' | 'wait' | '' =>
  stage === 'merged' ? 'good' : stage === 'blocked' ? 'bad' : waiting.includes(stage) ? 'wait' : '';

export type Step = { title: string; is: 'done' | 'here' | 'ahead' };

const way = ['Asked for', 'Plan', 'Approval', 'Implementation', 'Verification', 'Review', 'Merge'] as const;

/** How far it has come; undefined where the work has not started or was canceled. */
const reached: Readonly<Record<StageName, number | undefined>> = {
  idle: undefined,
  checking: 0,
  not_ready: 0,
  awaiting_start: 0,
  planning: 1,
  publishing_plan: 1,
  awaiting_approval: 2,
  implementing: 3,
  verifying: 4,
  publishing: 4,
  between_phases: 3,
  in_review: 5,
  retrying: undefined,
  merged: 7,
  blocked: undefined,
  canceled: undefined,
};

const resumesAt = { start: 0, plan: 1, publish_plan: 1, implement: 3, verify: 4, publish: 4 } as const;

export function stepsOf({ stage }: Pick<TicketState, 'stage'>): Step[] {
  const here = stage.name === 'blocked' || stage.name === 'retrying' ? resumesAt[stage.resume] : reached[stage.name];
  if (here === undefined) return [];
  return way.map((title, index) => ({ title, is: index < here ? 'done' : index === here ? 'here' : 'ahead' }));
}
