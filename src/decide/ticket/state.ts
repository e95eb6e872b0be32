// What is known about a ticket. Small enough to read in the database: bodies, bundles and reports are artifacts.
import type { Approval, StartConsent } from '../../facts/approval.ts';
import type { Receipt } from '../../facts/comment.ts';
import type { Standstill } from '../../facts/control.ts';
import type { Conversation } from '../../facts/conversation.ts';
import type { IssueSnapshot } from '../../facts/issue.ts';
import type { Message } from '../../facts/message.ts';
import type { Actor } from '../../facts/person.ts';
import type { Criterion, Phase, PlanSnapshot } from '../../facts/plan.ts';
import { Policy, type PolicyRead } from '../../facts/policy.ts';
import type { RunLine } from '../../facts/pull.ts';
import type { Isolation, LayerResult } from '../../facts/run.ts';
import type { ResumePoint, StageName, TicketStage } from '../../facts/stage.ts';
import type { AdmissionLine } from './admissions.ts';

export type TicketState = {
  stage: TicketStage;
  /** The newest `ai-ready` event, and the digest of the issue that it covers; `allowed`: `by` was seen to have write. */
  label?: { on: boolean; at: string; covers: string; by: Actor; allowed?: true };
  /** The newest edit: by whom, what the issue said after it, and when by GitHub's clock. */
  edit?: { by: Actor; digest: string; at: string };
  requester?: Actor;
  issue?: IssueSnapshot;
  /** Artifact of the sanitised body. */
  body?: string;
  policy?: PolicyRead;
  base?: { ref: string; sha: string };
  /** The plan as it stands on the branch, and when it last changed (database time). */
  plan?: PlanSnapshot;
  planAt?: string;
  /** What the newest plan was asked to be made for: an edit of the criteria since leaves it unfit. */
  plannedFor?: { bodyDigest: string; criteria: Criterion[] };
  branch?: string;
  /** Head of the branch as far as we know. */
  head?: string;
  approval?: Approval;
  /** Approvals of the plan while more are asked for. */
  consents?: Approval[];
  /** Who approved that a plan is made, of whatever text of the issue. */
  startConsents?: StartConsent[];
  /** Labels that the issue was seen with since the work was asked for: taking one off loosens nothing. */
  labels?: string[];
  /** When the ticket, or its plan, began to wait for approval (database time, ISO 8601). */
  waitsSince?: string;
  /** Why the last approval fell, until the next one, and which one it was. */
  revoked?: Message;
  fell?: Approval;
  /** Where the base branch moved to last, to tell our own merge from somebody else's. */
  baseTip?: string;
  /** Where the newest run started from. */
  dispatched?: { run: string; start: string };
  /** Commands DispatchRun that were not answered yet: while there is one, none is asked again. */
  dispatching: number;
  /** Why the run that is due does not start yet. */
  waits?: Message;
  /** Why the newest runs were started, or not. */
  admissions?: AdmissionLine[];
  /** How often a stage was tried again by itself at this head, since a person last took it up. */
  tried?: { resume: ResumePoint; head: string; n: number };
  /** The newest plan that a run delivered; `expect`: the head that its push builds on. */
  planned?: { run: string; artifact: string; start: string; tree?: string; expect?: string; pushed?: true };
  /** The newest implementation: a stored bundle, the commit that it starts from and the plan that it follows. */
  work?: { run: string; artifact: string; start: string; tree?: string; planDigest: string; phase?: Phase };
  /** The phases of this plan that are on the branch and verified, in order: the branch before and after each. */
  phases?: { plan: string; done: { from: string; sha: string }[] };
  /** Digest of the plan whose due phase people have put on the branch themselves; it is to be verified there. */
  trial?: string;
  /** Digest of the plan whose implementation is on the branch, as far as somebody put it there to be verified. */
  built?: string;
  /** The four layers, and the commit they are shown at; `stored`: the tree they judged was not pushed. */
  layers?: { sha: string; stored: boolean; results: LayerResult[] };
  /** Heads that we pushed, newest last. */
  pushed: string[];
  /** Account ids of people who pushed to the branch. */
  pushers: number[];
  /** Somebody pushed to the branch of whom it is not known who they are. */
  unknownPusher?: true;
  pull?: number;
  /** It was closed without a merge: a new start opens another one, from another branch. */
  pullClosed?: true;
  /** Branches that were left behind with closed pull requests. */
  branchesLeft: number;
  runs: RunLine[];
  tokens: { input: number; output: number };
  /** Tokens of calls that were never settled, and micro-dollars of all calls with a known price. */
  unsettled?: number;
  costMicros?: number;
  /** Of all runs so far the isolation that asks the most of a merge. */
  isolation?: Isolation;
  /** At least one run had no box. */
  unboxed?: true;
  hold?: { by: string; why: string };
  /** What keeps it still, as it was told last: for people to read. Admission asks the controls themselves. */
  standstill?: Standstill;
  /** The label ai-hold as people left it; `writes` counts how often it had to be put right. */
  holdLabel?: { on: boolean; at: string; writes: number };
  /** It was blocked before, so the label ai-blocked may be there. */
  blockedOnce?: true;
  /** What failed last, for the next attempt to read. */
  feedback?: string;
  /** What the newest agent's run left for a later one to go on with, and which run that was. */
  conversation?: { run: string; kept: Conversation };
  receipts: Receipt[];
};

export const initialTicket: TicketState = {
  stage: { name: 'idle' },
  dispatching: 0,
  branchesLeft: 0,
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
  state.stage.name === 'awaiting_start' ||
  state.stage.name === 'canceled' ||
  state.stage.name === 'checking';

/** The run that the present stage waits for. */
export const liveRun = (state: TicketState): string | undefined => {
  const { stage } = state;
  const working = stage.name === 'planning' || stage.name === 'implementing' || stage.name === 'verifying';
  return working && state.runs.find((line) => line.run === stage.run)?.outcome === undefined ? stage.run : undefined;
};

/** A run is due that no answer is awaited for: it was put off, and may be asked for again. */
export const waitsForSlot = (state: TicketState): boolean =>
  liveRun(state) !== undefined && state.dispatching === 0 && state.dispatched?.run !== liveRun(state);

/** Its dispatch was answered, and yet GitHub does not show it: it is asked for once more, unless that is under way. */
export const isUnseen = (state: TicketState, run: string): boolean => liveRun(state) === run && state.dispatching === 0;

/** The policy in force; a repository without one gets the defaults, a broken one never gets here. */
export const policyOf = (state: TicketState): Policy =>
  state.policy?.status === 'ok' ? state.policy.policy : Policy.parse({ version: 1 });

/** With the policy as it was read live. One that broke does not replace the one in force: defaults would be laxer. */
export const withPolicy = (state: TicketState, policy: PolicyRead | undefined): TicketState =>
  policy && policy.status !== 'broken' ? { ...state, policy } : state;

/** The plan was made for the issue as it is, or for one with the same criteria word for word. */
export const plannedForIssue = ({ plannedFor, issue }: TicketState): boolean =>
  plannedFor === undefined ||
  plannedFor.bodyDigest === issue?.bodyDigest ||
  (plannedFor.criteria.length === issue?.criteria.length &&
    plannedFor.criteria.every(({ id, text }, n) => issue.criteria[n]?.id === id && issue.criteria[n]?.text === text));

/** Labels only add up: whoever may take one off may not loosen a gate by it. */
export const withLabels = (state: TicketState, labels: readonly string[] | undefined): TicketState =>
  labels ? { ...state, labels: [...new Set([...(state.labels ?? []), ...labels])].slice(0, 100) } : state;
