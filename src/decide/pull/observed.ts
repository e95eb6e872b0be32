// The pull request itself was seen: what its ticket is told of it, and whether it has to be gathered anew.
import { commandTable } from '../../facts/command-given.ts';
import type { CommandGiven } from '../../facts/comment.ts';
import { atLeast } from '../../facts/person.ts';
import type { PullFact, PullFactOf, TicketReport } from '../../facts/pull.ts';
import { ticketStream } from '../../facts/stream.ts';
import type { TicketFact } from '../../facts/ticket.ts';
import type { Context, Decision, Told } from '../contract.ts';
import { controlAnswer } from '../control-answer.ts';
import { evolvePull } from './evolve.ts';
import type { PullState } from './state.ts';

export type PullDecision = Decision<PullFact>;

export function observed(state: PullState, fact: PullFactOf<'PullObserved'>, context: Context): PullDecision {
  const { pull, by, action } = fact;
  const next = evolvePull(state, fact);
  const { header } = state;
  const now = next.header ?? pull;
  const newPusher = next.pushers.length > state.pushers.length;
  const newUnknown = next.unknownPusher !== state.unknownPusher;
  const moved = header?.head.sha !== now.head.sha;
  const ours = action === 'synchronize' && by.id === pull.author.id;
  const retargeted = header !== undefined && header.base.ref !== now.base.ref;
  const ended = now.state === 'closed' && header?.state !== 'closed';
  const tells: TicketFact[] = [
    // Who first shows a head need not be who pushed it: then it is told as our own, which the ticket knows better.
    ...(newPusher || newUnknown || (moved && !ours)
      ? [
          {
            type: 'HeadMoved',
            sha: now.head.sha,
            by: action === 'synchronize' ? by : pull.author,
            pushers: next.pushers,
            ...(next.unknownPusher && { unknown: true as const }),
          } as const,
        ]
      : []),
    ...(retargeted ? [{ type: 'PullRetargeted', base: now.base.ref } as const] : []),
    ...(header?.state === 'closed' && now.state === 'open'
      ? [{ type: 'PullReopened', pull: now.number, by } as const]
      : []),
    ...(ended
      ? [
          {
            type: 'PullClosed',
            pull: now.number,
            merged: now.merged,
            by,
            ...(now.mergeSha && { sha: now.mergeSha }),
          } as const,
        ]
      : []),
  ];
  const gather = gatherIf(next, moved || retargeted || header?.state !== now.state);
  const heard = header ? [] : state.unheard.map((given) => commandGiven(next, given, context));
  return {
    facts: heard.flatMap((one) => one.facts ?? []),
    commands: gather.commands ?? [],
    tell: [
      ...tells.flatMap((one) => told({ ...next, left: state.left }, context, one)),
      ...heard.flatMap((one) => one.tell ?? []),
    ],
  };
}

const aboutTheWork: readonly TicketFact['type'][] = ['HeadMoved', 'PullRetargeted', 'PullClosed'];

/** What was pushed while it was closed was told to nobody. */
export function headAgain(
  { header, pushers, attributed }: PullState,
  report: TicketReport,
  context: Context,
): PullDecision {
  if (!header) return {};
  const { sha } = header.head;
  const unknown = attributed !== sha && !report.pushed.includes(sha);
  const moved = {
    type: 'HeadMoved',
    sha,
    by: header.author,
    pushers,
    ...(unknown && { unknown: true as const }),
  } as const;
  return { tell: told({ header }, context, moved) };
}

/**
 * Only our own pull requests have a ticket, and the branch name says which. One that the ticket has left behind has nothing
 * more to say about its work.
 */
export function told(
  { header, left }: Pick<PullState, 'header' | 'left'>,
  { repositoryId }: Context,
  fact: TicketFact,
): Told[] {
  if (header?.origin !== 'gantry' || header.issue === undefined) return [];
  return left && aboutTheWork.includes(fact.type) ? [] : [{ stream: ticketStream(repositoryId, header.issue), fact }];
}

export function gatherIf(state: PullState, due: boolean): PullDecision {
  const { header, ticket } = state;
  if (!due || !header || header.state !== 'open') return {};
  return {
    commands: [
      {
        type: 'GatherPull',
        pull: header.number,
        origin: header.origin,
        head: header.head.sha,
        base: header.base.ref,
        criteria: ticket?.criteria ?? [],
        ...(ticket?.plan && { plan: ticket.plan }),
      },
    ],
  };
}

export function commandGiven(state: PullState, given: CommandGiven, context: Context): PullDecision {
  if (!state.header) return {};
  const tell = told(state, context, { ...given, pushers: state.pushers });
  if (tell.length > 0) return { tell };
  if (given.by.kind === 'bot') return answer(given.comment, '-1');
  if (isOfRepository(given)) return { commands: [{ type: 'ReadAuthority', ask: given }] };
  return given.command.name === 'harness help'
    ? answer(given.comment, 'rocket', 'help')
    : answer(given.comment, '-1', 'command-without-ticket', { command: given.command.name, by: given.by.login });
}

/** What is about the repository may be typed on a pull request that is none of ours. */
const isOfRepository = ({ command }: CommandGiven): boolean =>
  command.name === 'harness pause' || command.name === 'harness resume';

export function authorityRead(_: PullState, { ask, role }: PullFactOf<'AuthorityRead'>): PullDecision {
  const { name } = ask.command;
  const { least } = commandTable[name];
  return atLeast(role, least)
    ? { commands: [{ type: 'ChangeControl', ask }] }
    : answer(ask.comment, '-1', 'command-needs-role', { least, role, command: name, by: ask.by.login });
}

export function controlChanged(_: PullState, fact: PullFactOf<'ControlChanged'>): PullDecision {
  const { id, data } = controlAnswer(fact);
  return answer(fact.ask.comment, 'rocket', id, data);
}

export const answer = (
  comment: CommandGiven['comment'],
  reaction: 'rocket' | '-1',
  id?: string,
  data: Record<string, string> = {},
): PullDecision => ({
  facts: [
    {
      type: 'CommentAnswered',
      receipt: { comment: comment.id, on: comment.on, reaction, ...(id !== undefined && { reply: { id, data } }) },
    },
  ],
});
