// What asks for a run: named by the fact that led to it, so that the same thing heard of twice is the same signal.
import { message } from '../../facts/message.ts';
import type { Priority } from '../../facts/priority.ts';
import type { Signal } from '../../facts/signal.ts';
import type { TicketFact, TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import type { TicketDecision } from './moves.ts';
import type { TicketState } from './state.ts';

type Names<Type extends TicketFact['type']> = (
  state: TicketState,
  fact: TicketFactOf<Type>,
  context: Context,
) => Signal;

const byCommand = (
  _: TicketState,
  { ask }: TicketFactOf<'AuthorityRead' | 'ApprovalRead' | 'StartApprovalRead'>,
): Signal => ({
  key: `comment:${ask.comment.id}/${ask.command.name}`,
  why: message('signal-command', { command: ask.command.name, by: ask.by.login }),
});

/** Facts that start runs. Whatever else does is named by its type and its run, which a repetition shares. */
const names: { [Type in TicketFact['type']]?: Names<Type> } = {
  AuthorityRead: byCommand,
  ApprovalRead: byCommand,
  StartApprovalRead: byCommand,
  StartRead: (state, { by, covers, issue }, { now }) => {
    if (covers === 'live') return { key: `asked:${now.toISOString()}`, why: message('signal-asked', { by: by.login }) };
    const { label, edit } = state;
    return edit && edit.by.id === by.id && edit.digest === issue?.bodyDigest && label?.covers !== edit.digest
      ? { key: `edit:${edit.digest}`, why: message('signal-edit', { by: by.login }) }
      : { key: `label:${label?.at ?? ''}`, why: message('signal-label', { by: label?.by.login ?? by.login }) };
  },
  LabelAuthorityRead: (state, { by, label }) => ({
    key: `unlabel:${label}@${state.holdLabel?.at ?? ''}`,
    why: message('signal-unheld', { by: by.login }),
  }),
  BundleInspected: (_, { run }) => ({ key: `work:${run}`, why: message('signal-work', { run }) }),
  PlanRead: ({ stage }, { head }) =>
    stage.name === 'between_phases'
      ? { key: `phase:${head}`, why: message('signal-phase', { n: String(stage.phase.n), of: String(stage.phase.of) }) }
      : { key: `push:${head}`, why: message('signal-push', { sha: head.slice(0, 10) }) },
  Woken: ({ runs }) => {
    const run = runs.at(-1)?.run ?? '';
    return { key: `again:${run}`, why: message('signal-again', { run }) };
  },
};

const signalOf = (state: TicketState, fact: TicketFact, context: Context): Signal => {
  // The table pairs each fact with the name of its type; TypeScript cannot follow that through the union.
  const name = names[fact.type] as Names<TicketFact['type']> | undefined;
  const run = 'run' in fact ? fact.run : (state.runs.at(-1)?.run ?? '');
  return (
    name?.(state, fact, context) ?? { key: `${fact.type}:${run}`, why: message('signal-other', { fact: fact.type }) }
  );
};

/** Every start that this fact leads to carries its signal; a start that is asked for again keeps its first one. */
export function withSignal(
  decision: TicketDecision,
  state: TicketState,
  fact: TicketFact,
  context: Context,
): TicketDecision {
  if (!decision.commands?.some(({ type }) => type === 'DispatchRun')) return decision;
  const signal = signalOf(state, fact, context);
  return {
    ...decision,
    ...(decision.facts && {
      facts: decision.facts.map((one) =>
        one.type === 'StageEntered' && 'run' in one.stage && isRunning(one.stage)
          ? { ...one, stage: { ...one.stage, signal: one.stage.signal ?? signal } }
          : one,
      ),
    }),
    commands: decision.commands.map((one) =>
      one.type === 'DispatchRun' ? { signal, ...one, ...justRead(fact) } : one,
    ),
  };
}

/** What was read with the start need not be read again, unless something stands in its way. */
const justRead = (fact: TicketFact): { priority?: Priority } =>
  fact.type === 'StartRead' && fact.issue?.standing?.blockers === 0 ? { priority: fact.issue.standing.priority } : {};

const isRunning = (
  stage: TicketState['stage'],
): stage is Extract<TicketState['stage'], { name: 'planning' | 'implementing' | 'verifying' }> =>
  stage.name === 'planning' || stage.name === 'implementing' || stage.name === 'verifying';
