// What is known about a ticket. Small enough to read in the database: bodies, bundles and reports are artifacts.
import type { Approval } from '../../facts/approval.ts';
import type { Receipt } from '../../facts/comment.ts';
import type { IssueSnapshot } from '../../facts/issue.ts';
import type { Message } from '../../facts/message.ts';
import type { Actor } from '../../facts/person.ts';
import type { PlanSnapshot } from '../../facts/plan.ts';
import { Policy, type PolicyRead } from '../../facts/policy.ts';
import type { RunLine } from '../../facts/pull.ts';
import type { Isolation, LayerResult } from '../../facts/run.ts';
import type { StageName, TicketStage } from '../../facts/stage.ts';

export type TicketState = {
  stage: TicketStage;
  /** The newest `ai-ready` event, and the digest of the issue that it covers. */
  label?: { on: boolean; at: string; covers: string };
  /** The newest edit: by whom, and what the issue said after it. */
  edit?: { by: Actor; digest: string };
  requester?: Actor;
  issue?: IssueSnapshot;
  /** Artifact of the sanitised body. */
  body?: string;
  policy?: PolicyRead;
  base?: { ref: string; sha: string };
  /** The plan as it stands on the branch, and when it last changed (database time). */
  plan?: PlanSnapshot;
  planAt?: string;
  branch?: string;
  /** Head of the branch as far as we know. */
  head?: string;
  approval?: Approval;
  /** Why the last approval fell, until the next one. */
  revoked?: Message;
  /** Where the newest run started from. */
  dispatched?: { run: string; start: string };
  /** The newest implementation: a stored bundle, the commit that it starts from and the plan that it follows. */
  work?: { run: string; artifact: string; start: string; tree?: string; planDigest: string };
  /** The four layers, and the commit they are shown at; `stored`: the tree they judged was not pushed. */
  layers?: { sha: string; stored: boolean; results: LayerResult[] };
  /** Heads that we pushed, newest last. */
  pushed: string[];
  /** Account ids of people who pushed to the branch. */
  pushers: number[];
  pull?: number;
  runs: RunLine[];
  tokens: { input: number; output: number };
  /** The weakest isolation of any run so far. */
  isolation?: Isolation;
  /** `restored` counts how often the label was taken away by somebody who may not lift it. */
  hold?: { by: string; why: string; restored: number };
  /** It was blocked before, so the label ai-blocked may be there. */
  blockedOnce?: true;
  /** What failed last, for the next attempt to read. */
  feedback?: string;
  receipts: Receipt[];
};

export const initialTicket: TicketState = {
  stage: { name: 'idle' },
  pushed: [],
  pushers: [],
  runs: [],
  tokens: { input: 0, output: 0 },
  receipts: [],
};

const over: readonly StageName[] = ['idle', 'merged', 'canceled'];
export const isOver = (state: TicketState): boolean => over.includes(state.stage.name);

/** Nothing was paid for yet: the work may still be started, or started again, from the issue as it is. */
export const notStarted = (state: TicketState): boolean =>
  state.stage.name === 'idle' ||
  state.stage.name === 'not_ready' ||
  state.stage.name === 'canceled' ||
  state.stage.name === 'checking';

/** The run that the present stage waits for. */
export const liveRun = (state: TicketState): string | undefined => {
  const { stage } = state;
  const working = stage.name === 'planning' || stage.name === 'implementing' || stage.name === 'verifying';
  return working && state.runs.find((line) => line.run === stage.run)?.outcome === undefined ? stage.run : undefined;
};

/** The policy in force; a repository without one gets the defaults, a broken one never gets here. */
export const policyOf = (state: TicketState): Policy =>
  state.policy?.status === 'ok' ? state.policy.policy : Policy.parse({ version: 1 });
