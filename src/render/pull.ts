// What stands on GitHub in our own name: the pull request's title and text, and the commits' messages.
import type { Actor } from '../facts/person.ts';
import type { Criterion, Phase, PlanSnapshot } from '../facts/plan.ts';
import type { Stage } from '../facts/run.ts';
import { phaseCount } from './phase.ts';
import { atMost, paragraphs } from './table.ts';
import { code, plain, prose, text } from './text.ts';

/**
 * A title is read by GitHub once it is a commit's subject: "fixes #12" would close that issue, "[skip ci]" would keep
 * the repository's workflows from running. Both are taken apart with plain characters, as are mentions and addresses.
 */
const safeTitle = (title: string, most: number): string =>
  plain(title, most)
    .replace(/[[\]]/g, (bracket) => (bracket === '[' ? '(' : ')'))
    .replace(/#(?=\d)/g, '# ')
    .replace(/\bGH-(?=\d)/gi, 'GH ')
    .replace(/@/g, '@ ')
    .replace(/:\/\//g, ': //')
    .replace(/^\W+$/, '') || 'Untitled work';

export const renderPullTitle = ({ title }: { title: string }): string => safeTitle(title, 200);

export type PullBodyView = {
  issue: number;
  requester: Actor;
  criteria: readonly Criterion[];
  run: string;
  plan?: Pick<PlanSnapshot, 'changeId'> | undefined;
};

export function renderPullBody({ issue, requester, criteria, run, plan }: PullBodyView): string {
  const list = criteria.map(({ id, text: criterion }) => `- [ ] **${text(id, 20)}** ${prose(criterion, 500)}`);
  const where = plan ? ` in ${code(`openspec/changes/${plan.changeId}/`)}` : ' under `openspec/changes/`';
  return `${paragraphs(
    `Closes #${issue}`,
    `Asked for by ${text(requester.login)}; planned by an agent in run ${code(run)}.`,
    list.length > 0 && `## Acceptance criteria\n\n${atMost(list, 40_000)}`,
    '## How to go on',
    `1. Read the plan${where}: what will change, where, and which tests will prove each criterion.\n2. The policy comment below shows the line to type to approve it, or \`/reject-plan <why>\` to send it back. No code is written before.\n3. The finished work is pushed here once its layers have passed. Review it; nothing is merged without that.`,
  )}\n`;
}

export type CommitView = { title: string; issue: number; run: string; stage: Stage; phase?: Phase | undefined };

/** One word of a trailer: nothing in it can begin a line of its own. */
const trailerWord = (word: string): string => word.replace(/[^A-Za-z0-9._#-]/g, '').slice(0, 100);

/** What a merge leaves on the base branch. `message` is the commit's text below the title. */
export const renderMergeMessage = ({
  title,
  pull,
  issue,
}: {
  title: string;
  pull: number;
  issue?: number | undefined;
}): { title: string; message: string } => ({
  title: `${safeTitle(title, 72)} (#${pull})`,
  message: issue === undefined ? '' : `Gantry-Ticket: #${issue}\n`,
});

/** Subject and trailers, as git reads them. */
export function renderCommitMessage({ title, issue, run, stage, phase }: CommitView): string {
  const trailers = `Gantry-Run: ${trailerWord(run)}\nGantry-Ticket: #${issue}\n`;
  if (!phase) return `${stage === 'plan' ? `Plan: ${safeTitle(title, 66)}` : safeTitle(title, 72)}\n\n${trailers}`;
  const subject = `${safeTitle(title, 54)} (${phaseCount(phase)})`;
  return `${subject}\n\nPhase ${phase.n}: ${safeTitle(phase.title, 100)}\n\n${trailers}Gantry-Phase: ${phase.n}/${phase.of}\n`;
}
