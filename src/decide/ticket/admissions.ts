// Why each run was started, and why one was not: kept short in the state, and told by /harness explain and status.
import type { CommandGiven } from '../../facts/comment.ts';
import { type Message, message } from '../../facts/message.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import { runStageOf } from './evolve-run.ts';
import type { TicketDecision } from './moves.ts';
import { dataOfPhase } from './phases.ts';
import { planGate } from './plan-gate.ts';
import { nextStep } from './report.ts';
import { startApprovers } from './start-gate.ts';
import { liveRun, type TicketState } from './state.ts';
import { without } from './without.ts';

const kept = 20;

/** `at`: database time. A wait that goes on is one line, from when it began. */
export type AdmissionLine = {
  run: string;
  stage: string;
  what: 'started' | 'waits' | 'refused';
  why: Message;
  at: string;
};

type Answered = TicketFactOf<'RunDispatched'> | TicketFactOf<'DispatchDeferred'> | TicketFactOf<'DispatchRefused'>;

/** Answers to a dispatch say which run they are about; facts on record from before they did are about the live one. */
export const isAboutLive = (state: TicketState, { run }: { run?: string | undefined }): boolean =>
  liveRun(state) !== undefined && (run === undefined || run === liveRun(state));

export function withAdmission(state: TicketState, fact: Answered, now: Date): TicketState {
  const run = fact.run ?? liveRun(state) ?? '';
  const line: AdmissionLine = { run, stage: fact.stage, at: now.toISOString(), ...reasonOf(fact) };
  const { admissions = [] } = state;
  const last = admissions.at(-1);
  const goesOn = last?.what === 'waits' && line.what === 'waits' && last.run === run && last.why.id === line.why.id;
  const next: TicketState = {
    ...without(state, 'waits'),
    admissions: goesOn ? [...admissions.slice(0, -1), { ...line, at: last.at }] : [...admissions, line].slice(-kept),
  };
  return fact.type === 'DispatchDeferred' && isAboutLive(state, fact) ? { ...next, waits: fact.why } : next;
}

const reasonOf = (fact: Answered): Pick<AdmissionLine, 'what' | 'why'> =>
  fact.type === 'RunDispatched'
    ? { what: 'started', why: fact.signal?.why ?? message('signal-unknown') }
    : { what: fact.type === 'DispatchDeferred' ? 'waits' : 'refused', why: fact.why };

const reply = ({ comment }: CommandGiven, said: Message, lines: Message[][]): TicketDecision => ({
  facts: [
    {
      type: 'CommentAnswered',
      receipt: {
        comment: comment.id,
        on: comment.on,
        reaction: 'rocket',
        reply: { ...said, ...(lines.length > 0 && { lines }) },
      },
    },
  ],
});

export const tellStatus = (state: TicketState, given: CommandGiven): TicketDecision =>
  reply(given, message('status', { stage: state.stage.name }), [[nextStep(state)]]);

const runPhase = ({ runs }: TicketState, run: string) => dataOfPhase(runs.find((line) => line.run === run)?.phase);

/** Who approved the start, what every run was started for, why one waits or was refused, newest last; then what its gate asks. */
export function explain(state: TicketState, given: CommandGiven): TicketDecision {
  const { admissions = [] } = state;
  const check = given.command.name === 'harness explain' ? given.command.check : undefined;
  const lines = admissions.map(({ run, stage, what, why, at }) => [
    message(`explain-${what}`, { run, stage, at: at.slice(0, 16).replace('T', ' '), ...runPhase(state, run) }),
    why,
  ]);
  const due = runStageOf(state.stage);
  const asked = 'signal' in state.stage ? state.stage.signal : undefined;
  const approvers = startApprovers(state);
  const gate = state.stage.name === 'awaiting_approval' ? planGate(state) : undefined;
  return reply(given, message(check === undefined ? 'explain' : 'explain-check', { check: check ?? '' }), [
    ...(approvers.length > 0 ? [[message('explain-start-approved', { approvers: approvers.join(', ') })]] : []),
    ...(lines.length > 0 ? lines : [[message('explain-none')]]),
    ...(state.stage.name === 'awaiting_start' ? [[nextStep(state)]] : []),
    ...(gate ? [[gate]] : []),
    ...(due && asked && state.waits ? [[message('explain-due', { stage: due }), asked.why]] : []),
  ]);
}
