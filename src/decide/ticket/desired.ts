// What should be seen of a ticket: one notice on the issue, the label ai-blocked, the answers to comments.
import type { Receipt } from '../../facts/comment.ts';
import { message } from '../../facts/message.ts';
import type { Context } from '../contract.ts';
import { standstillMessage } from '../control-answer.ts';
import type { Target } from '../target.ts';
import type { NoticeView } from './notice-view.ts';
import { nextStep, triesAgain } from './report.ts';
import { startGate } from './start-gate.ts';
import type { TicketState } from './state.ts';

export function desiredOfTicket(state: TicketState, { number }: Context): Target[] {
  const view = noticeOf(state);
  const blocked = state.stage.name === 'blocked' && state.stage.why.id !== 'held';
  return [
    ...(view ? [{ id: `notice/${number}`, kind: 'notice', issue: number, view } as const] : []),
    ...(state.blockedOnce ? [label(number, 'ai-blocked', blocked, 0)] : []),
    ...holdLabelOf(state, number),
    ...state.receipts.flatMap(answersTo),
  ];
}

/** People set and lift the label. It is put back where it was taken without write, and taken where /unhold lifted the hold. */
function holdLabelOf({ hold, holdLabel }: TicketState, number: number): Target[] {
  if (!holdLabel || holdLabel.writes === 0 || !holdLabel.on) return [];
  return [label(number, 'ai-hold', hold !== undefined, holdLabel.writes)];
}

function noticeOf(state: TicketState): NoticeView | undefined {
  const { stage } = state;
  if (stage.name === 'not_ready') return { kind: 'not_ready', verdict: stage.verdict };
  if (stage.name === 'idle') return stage.notice && { kind: 'message', message: stage.notice };
  if (state.pull !== undefined) return { kind: 'pull', pull: state.pull };
  if (stage.name === 'awaiting_start') return { kind: 'message', message: message('start-gate', startGate(state)) };
  if (stage.name === 'retrying') return { kind: 'message', message: triesAgain(stage) };
  if (stage.name === 'blocked' || stage.name === 'canceled') return { kind: 'message', message: stage.why };
  if (state.standstill && state.requester) return { kind: 'still', message: standstillMessage(state.standstill) };
  if (stage.name === 'publishing_plan' && stage.waitsFor) return { kind: 'message', message: nextStep(state) };
  return state.requester && { kind: 'started', by: state.requester.login, ...(state.waits && { waits: state.waits }) };
}

const label = (issue: number, name: string, present: boolean, times: number): Target => ({
  id: `label/${issue}/${name}`,
  kind: 'label',
  issue,
  label: name,
  present,
  times,
});

export const answersTo = ({ comment, on, reaction, reply }: Receipt): Target[] => [
  { id: `reaction/${comment}/${reaction}`, kind: 'reaction', comment, reaction },
  ...(reply ? [{ id: `reply/${comment}`, kind: 'reply', comment, on, message: reply } as const] : []),
];
