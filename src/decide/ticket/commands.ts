// Commands that people type on a ticket: who may is read live, then one small function per command decides.

import { type CommandName, commandTable } from '../../facts/command-given.ts';
import type { CommandGiven } from '../../facts/comment.ts';
import { message } from '../../facts/message.ts';
import { atLeast } from '../../facts/person.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { controlAnswer } from '../control-answer.ts';
import { explain, tellStatus } from './admissions.ts';
import { approvePlan } from './approval.ts';
import { start } from './dispatch.ts';
import { hold, resume, unhold } from './hold.ts';
import { and, ask, block, done, enter, heldBy, nothing, refuse, stop, type TicketDecision } from './moves.ts';
import { publish, publishPlan } from './publish.ts';
import { askStart } from './start-gate.ts';
import { isOver, notStarted, type TicketState, waitsForSlot } from './state.ts';

export function commandGiven(
  state: TicketState,
  given: TicketFactOf<'CommandGiven'>,
  context: Context,
): TicketDecision {
  if (given.by.kind === 'bot') return refuse(given, message('command-by-bot'));
  if (given.command.name === 'approve-plan') return approvePlan(state, given, context);
  return acts[given.command.name]
    ? ask({ type: 'ReadAuthority', ask: given })
    : refuse(given, message('command-not-here'));
}

export const commandMisread = (
  _: TicketState,
  { text, problem, suggestion, comment, by }: TicketFactOf<'CommandMisread'>,
): TicketDecision =>
  by.kind === 'bot'
    ? nothing
    : {
        facts: [
          {
            type: 'CommentAnswered',
            receipt: {
              comment: comment.id,
              on: comment.on,
              reaction: '-1',
              reply: { id: 'command-misread', data: { text, problem, suggestion: suggestion ?? '', by: by.login } },
            },
          },
        ],
      };

export function authorityRead(
  state: TicketState,
  { ask: given, role }: TicketFactOf<'AuthorityRead'>,
  context: Context,
): TicketDecision {
  const { least } = commandTable[given.command.name];
  if (!atLeast(role, least)) return refuse(given, message('command-needs-role', { least, role }));
  return acts[given.command.name]?.(state, given, context) ?? nothing;
}

export const controlChanged = (_: TicketState, fact: TicketFactOf<'ControlChanged'>): TicketDecision => {
  const { id, data } = controlAnswer(fact);
  return answer(fact.ask, id, data);
};

type Act = (state: TicketState, given: CommandGiven, context: Context) => TicketDecision;

const acts: { [Name in CommandName]?: Act } = {
  'reject-plan': (state, given) => {
    if (state.stage.name !== 'awaiting_approval')
      return refuse(given, message('nothing-to-approve', { stage: state.stage.name }));
    const why = given.command.name === 'reject-plan' ? given.command.why : '';
    return and(done(given), block(message('plan-rejected', { by: given.by.login, why }), 'plan'));
  },
  retry: (state, given, context) => {
    const { stage } = state;
    if (state.hold) return refuse(given, heldBy(state.hold));
    if (notStarted(state) && state.label?.on) {
      return and(done(given), enter({ name: 'checking' }), askStart(state, context.number, given.by, 'live'));
    }
    if (stage.name === 'blocked' || stage.name === 'retrying')
      return and(done(given), resume(state, context, given.by));
    if (stage.name === 'awaiting_approval') return and(done(given), start(state, context, 'plan'));
    // It would start by itself later; the budget may have been raised since.
    if (state.waits && waitsForSlot(state)) return and(done(given), { wakeAt: context.now });
    if (stage.name === 'in_review')
      return and(done(given), start(state, context, 'verify', { kind: 'head', sha: state.head ?? '' }));
    return refuse(given, message('nothing-to-retry', { stage: stage.name }));
  },
  cancel: (state, given) =>
    isOver(state)
      ? refuse(given, message('nothing-to-cancel'))
      : and(done(given), stop(state, message('canceled-by', { by: given.by.login }))),
  hold: (state, given) => {
    if (state.hold) return refuse(given, heldBy(state.hold));
    const why = given.command.name === 'hold' ? (given.command.why ?? '') : '';
    return and(done(given), hold(state, given.by, why));
  },
  unhold: (state, given, context) =>
    state.hold ? and(done(given), unhold(state, given.by, context)) : refuse(given, message('not-held')),
  'run-ci': (state, given, context) => {
    const { stage } = state;
    if (stage.name === 'publishing_plan' && stage.waitsFor) return and(done(given), publishPlan(state, context, true));
    if (stage.name !== 'publishing' || !stage.waitsFor) return refuse(given, message('nothing-waits-for-ci'));
    return and(done(given), publish(state, context, stage.run, true));
  },
  'harness pause': (_, given) => ask({ type: 'ChangeControl', ask: given }),
  'harness resume': (_, given) => ask({ type: 'ChangeControl', ask: given }),
  'harness status': tellStatus,
  'harness explain': explain,
  'harness help': (_, given) => answer(given, 'help', {}),
};

const answer = ({ comment }: CommandGiven, id: string, data: Record<string, string>): TicketDecision => ({
  facts: [
    {
      type: 'CommentAnswered',
      receipt: { comment: comment.id, on: comment.on, reaction: 'rocket', reply: { id, data } },
    },
  ],
});
