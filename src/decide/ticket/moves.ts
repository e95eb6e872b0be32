// The steps that several facts lead to: entering a stage, stopping a run, revoking an approval, answering a comment.
import type { CommandGiven } from '../../facts/comment.ts';
import { type Message, message } from '../../facts/message.ts';
import type { ResumePoint, StageName, TicketStage } from '../../facts/stage.ts';
import type { TicketFact } from '../../facts/ticket.ts';
import type { Command } from '../command.ts';
import type { Decision } from '../contract.ts';
import { liveRun, type TicketState } from './state.ts';

export type TicketDecision = Decision<TicketFact>;
export const nothing: TicketDecision = {};

/** Both decisions, in order; the later wakeAt counts. */
export const and = (...decisions: TicketDecision[]): TicketDecision => ({
  facts: decisions.flatMap((one) => one.facts ?? []),
  commands: decisions.flatMap((one) => one.commands ?? []),
  tell: decisions.flatMap((one) => one.tell ?? []),
  givenUp: decisions.flatMap((one) => one.givenUp ?? []),
  ...(decisions.some((one) => one.takenUp) && { takenUp: true as const }),
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

/** Where each stage goes on after it was stopped half way. A stage without a row has nothing to go on with. */
const resumePoints: { [Name in StageName]?: ResumePoint } = {
  checking: 'start',
  planning: 'plan',
  publishing_plan: 'publish_plan',
  implementing: 'implement',
  verifying: 'verify',
  publishing: 'publish',
  between_phases: 'implement',
  in_review: 'verify',
};
export const resumePoint = ({ stage }: TicketState): ResumePoint =>
  stage.name === 'blocked' || stage.name === 'retrying' ? stage.resume : (resumePoints[stage.name] ?? 'start');

/** Stops half way and remembers where to go on. */
export const halt = (state: TicketState, why: Message): TicketDecision =>
  and(stopRun(state, 'the ticket is stopped'), block(why, resumePoint(state)));

/** Takes the approval back without moving the ticket. */
export const disapprove = (state: TicketState, why: Message): TicketDecision =>
  state.approval ? { facts: [{ type: 'ApprovalRevoked', why }] } : nothing;

/** Revokes the approval where there is one; nothing that was made under it goes on. */
export const revoke = (state: TicketState, why: Message): TicketDecision =>
  state.approval
    ? and(disapprove(state, why), stopRun(state, 'the approval was revoked'), enter({ name: 'awaiting_approval' }))
    : nothing;

/** Ends the work for good: only a new start leads out of it. */
export const stop = (state: TicketState, why: Message): TicketDecision =>
  and(disapprove(state, why), stopRun(state, 'the work on this issue was stopped'), enter({ name: 'canceled', why }));

export const heldBy = ({ by, why }: { by: string; why: string }): Message => message('held', { by, why });

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
