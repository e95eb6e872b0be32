// The main job walked from the label to the merge, and what is left of it afterwards in a form that two walks can be compared by.
import { until } from '../scene/until.ts';
import type { PullJson } from '../world/github-json.ts';
import type { Dialogue } from './dialogue.ts';

/** Everything that a person could see or count, without what differs by nature: commits, times, ports. */
export type Ending = {
  stage: string;
  merged: boolean;
  issue: { state: string; labels: string[] };
  checks: Record<string, string>;
  stickies: string[];
  /** Gantry's other comments. */
  said: { issue: string[]; pull: string[] };
  reactions: string[];
  /** One entry per run that Gantry knows of. */
  runs: { stage: string; outcome: string | undefined }[];
  /** Subjects of the commits on the default branch since the beginning, newest first. */
  main: string[];
};

export type Walked = { issue: number; pull: number; head: string; ending: Ending };

/** What people do in between; each ends when its effect is seen. */
export type Turns = {
  /** While the plan waits for approval. */
  planned?(scene: Dialogue, issue: number, pull: PullJson): Promise<void>;
  /** Takes the approval back; the same line is typed once more afterwards. */
  verifying?(scene: Dialogue, issue: number, pull: PullJson): Promise<void>;
  inReview?(scene: Dialogue, issue: number, pull: PullJson): Promise<void>;
};

export async function walkMainJob(scene: Dialogue, turns: Turns = {}): Promise<Walked> {
  const { ask, plan, stage, will, repo, quiet, world } = scene;
  const issue = await ask();
  const { pull } = await plan(issue);
  await turns.planned?.(scene, issue, pull);
  const { line } = await plan(issue);
  let approval = await will.comment(repo, pull.number, line);
  if (turns.verifying) {
    await stage(issue, 'verifying');
    await turns.verifying(scene, issue, pull);
    approval = await will.comment(repo, pull.number, line);
  }
  await stage(issue, 'in_review');
  await turns.inReview?.(scene, issue, pull);
  const { head = '' } = await stage(issue, 'in_review');
  await will.review(repo, pull.number, 'APPROVE');
  await stage(issue, 'merged');
  await until('every webhook to be released', () => world.webhooks.held.length === 0);
  await quiet();
  return { issue, pull: pull.number, head, ending: await endingOf(scene, issue, pull.number, head, approval.id) };
}

export async function endingOf(
  { ticket, mona, repo, world, checks, stickies, said, reactions }: Dialogue,
  issue: number,
  pull: number,
  head: string,
  approval: number,
): Promise<Ending> {
  const state = await ticket(issue);
  const shown = await mona.issue(repo, issue);
  return {
    stage: state.stage.name,
    merged: (await mona.pull(repo, pull)).merged === true,
    issue: { state: shown.state, labels: shown.labels.map(({ name }) => name) },
    checks: await checks(head),
    stickies: (await stickies(pull)).map(({ body }) => normalised(body)),
    said: { issue: (await said(issue)).map(normalised), pull: (await said(pull)).map(normalised) },
    reactions: await reactions(approval),
    runs: state.runs.map(({ stage, outcome }) => ({ stage, outcome: outcome?.kind })),
    main: (await world.git(repo, ['log', '--format=%s', 'main'])).trim().split('\n'),
  };
}

/** Commits, addresses, times and durations differ between two walks; everything else must not. */
export const normalised = (body: string): string =>
  body
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://host')
    .replace(/actions\/runs\/\d+/g, 'actions/runs/N')
    .replace(/\b[0-9a-f]{7,64}\b/g, 'HEX')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'WHEN')
    .replace(/\d+(?:\.\d+)? (?:ms|s|min)\b/g, 'TIME');

/** Does `nudge` again and again while `work` goes on. */
export async function during<T>(work: Promise<T>, nudge: () => unknown, seconds = 280): Promise<T> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  const nudged = until(
    'the story to end',
    async () => {
      if (!over) await nudge();
      return over;
    },
    seconds,
  );
  const [result] = await Promise.all([ended, nudged]);
  return result;
}

export { seeded, shuffled } from './seeded.ts';
