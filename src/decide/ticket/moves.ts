// The steps that several facts lead to: entering a stage, starting a run, revoking an approval, answering a comment.
import type { CommandGiven } from '../../facts/comment.ts';
import { type Message, message } from '../../facts/message.ts';
import type { Stage, Subject } from '../../facts/run.ts';
import type { ResumePoint, TicketStage } from '../../facts/stage.ts';
import type { TicketFact } from '../../facts/ticket.ts';
import type { Command, CommandOf } from '../command.ts';
import type { Context, Decision } from '../contract.ts';
import { liveRun, policyOf, type TicketState } from './state.ts';

export type TicketDecision = Decision<TicketFact>;
export const nothing: TicketDecision = {};

/** Both decisions, in order; the later wakeAt counts. */
export const and = (...decisions: TicketDecision[]): TicketDecision => ({
  facts: decisions.flatMap((one) => one.facts ?? []),
  commands: decisions.flatMap((one) => one.commands ?? []),
  tell: decisions.flatMap((one) => one.tell ?? []),
  ...decisions.reduce((last, { wakeAt }) => (wakeAt === undefined ? last : { wakeAt }), {}),
});

export const enter = (stage: TicketStage): TicketDecision => ({ facts: [{ type: 'StageEntered', stage }] });
export const ask = (command: Command): TicketDecision => ({ commands: [command] });
export const block = (why: Message, resume: ResumePoint): TicketDecision => enter({ name: 'blocked', why, resume });

/** Stops what runs. The run's end comes back as a fact, but nobody waits for it any more. */
export function stopRun(state: TicketState, why: string): TicketDecision {
  const run = liveRun(state);
  return run ? ask({ type: 'CancelRun', run, why }) : nothing;
}

/** Revokes the approval where there is one; nothing that was made under it goes on. */
export const revoke = (state: TicketState, why: Message): TicketDecision =>
  state.approval
    ? and(
        { facts: [{ type: 'ApprovalRevoked', why }] },
        stopRun(state, `the approval was revoked`),
        enter({ name: 'awaiting_approval' }),
      )
    : nothing;

export const done = ({ comment }: CommandGiven): TicketDecision => ({
  facts: [{ type: 'CommentAnswered', receipt: { comment: comment.id, on: comment.on, reaction: 'rocket' } }],
});

/** 👎 and one reply; a bot gets no reply, or two bots could talk for ever. */
export const refuse = (
  { comment, by, command }: Pick<CommandGiven, 'comment' | 'by' | 'command'>,
  why: Message,
): TicketDecision => ({
  facts: [
    {
      type: 'CommentAnswered',
      receipt: {
        comment: comment.id,
        on: comment.on,
        reaction: '-1',
        ...(by.kind === 'person' && {
          reply: { id: why.id, data: { ...why.data, command: command.name, by: by.login } },
        }),
      },
    },
  ],
});

/** Starts a stage, or remembers that it is due while the ticket is on hold. */
export function start(state: TicketState, context: Context, stage: Stage, subject?: Subject): TicketDecision {
  if (state.hold)
    return block(
      message('held', state.hold.why ? { by: state.hold.by, why: state.hold.why } : { by: state.hold.by, why: '' }),
      stage,
    );
  const run = nextRun(state, context);
  const entered: TicketStage =
    stage === 'plan'
      ? { name: 'planning', run }
      : stage === 'implement'
        ? { name: 'implementing', run }
        : { name: 'verifying', run, subject: subject ?? subjectOf(state) };
  return and(enter(entered), ask(dispatch({ ...state, stage: entered }, context)));
}

/** The command for the stage that the ticket is in: the same state gives the same command, so it can be asked again. */
export function dispatch(state: TicketState, context: Context): CommandOf<'DispatchRun'> {
  const { stage, plan, issue } = state;
  if (stage.name !== 'planning' && stage.name !== 'implementing' && stage.name !== 'verifying')
    throw new TypeError(`no run belongs to ${stage.name}`);
  const subject = stage.name === 'verifying' ? stage.subject : undefined;
  const start = stage.name === 'planning' ? undefined : subject?.kind === 'bundle' ? state.work?.start : state.head;
  return {
    type: 'DispatchRun',
    run: stage.run,
    stage: stage.name === 'planning' ? 'plan' : stage.name === 'implementing' ? 'implement' : 'verify',
    issue: context.number,
    title: issue?.title ?? '',
    body: state.body ?? '',
    criteria: issue?.criteria ?? [],
    base: state.base?.ref ?? '',
    policy: policyOf(state),
    ...(start !== undefined && { start }),
    ...(plan &&
      stage.name !== 'planning' && {
        plan: { changeId: plan.changeId, scope: plan.scope, trustedBase: state.base?.sha ?? '' },
      }),
    ...(subject && { subject }),
    ...(state.feedback !== undefined && stage.name !== 'verifying' && { feedback: state.feedback }),
  };
}

/** What is to be verified now: the stored implementation while it is newer than the branch, else the head itself. */
function subjectOf({ work, head }: TicketState): Subject {
  return work?.tree !== undefined
    ? { kind: 'bundle', artifact: work.artifact, tree: work.tree }
    : { kind: 'head', sha: head ?? '' };
}

/** `<repository id>-<issue>-<n>`: it names the workflow run, so that a lost answer can be found again. */
function nextRun({ runs }: TicketState, { repositoryId, number }: Context): string {
  const last = Number(runs.at(-1)?.run.split('-').at(-1) ?? 0);
  return `${repositoryId}-${number}-${last + 1}`;
}

/** Takes the verified tree to the branch. */
export function publish(state: TicketState, { number }: Context, run: string, allowWorkflows: boolean): TicketDecision {
  const { work, issue, base } = state;
  if (!work?.tree || !state.branch) return block(message('nothing-to-publish'), 'implement');
  return and(
    enter({ name: 'publishing', run }),
    ask({
      type: 'PushTree',
      run,
      stage: 'implement',
      issue: number,
      title: issue?.title ?? '',
      madeBy: work.run,
      tree: work.tree,
      start: work.start,
      base: base?.ref ?? '',
      branch: state.branch,
      expect: work.start,
      allowWorkflows,
      push: policyOf(state).push,
    }),
  );
}

/** `gantry/<issue>-<slug>`: only letters, digits and "-" of the title, so no title can name another ref. */
export const branchOf = (issue: number, title: string): string => {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return `gantry/${issue}-${slug || 'work'}`;
};
