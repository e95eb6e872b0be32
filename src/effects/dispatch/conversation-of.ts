// What the conversation of a run is about, and the earlier one that it goes on with: only one that was about the same.
import type { CommandOf } from '../../decide/command.ts';
import { type ConversationAbout, mayContinue } from '../../facts/conversation.ts';
import type { Assignment } from '../../facts/run.ts';
import { readRun } from '../../journal/lease.ts';
import type { Call, Ports } from '../contract.ts';

export async function conversationOf(
  { command, stream }: Pick<Call<CommandOf<'DispatchRun'>>, 'command' | 'stream'>,
  { db, modelOf }: Pick<Ports, 'db' | 'modelOf'>,
  { agent, start }: Pick<Assignment, 'agent' | 'start'>,
): Promise<Pick<Assignment, 'about' | 'conversation'>> {
  if (command.stage === 'verify') return {};
  const about: ConversationAbout = {
    item: stream,
    task: command.body,
    pull: command.pull ?? null,
    head: command.head ?? null,
    base: command.plan?.trustedBase ?? start,
    adapter: [agent.name, ...(agent.acp?.command ?? [])].join(' '),
    // By name: the adapter's default may be another one tomorrow.
    model: modelOf(agent).model,
    role: command.stage,
  };
  const { conversation } = command;
  const before = conversation && (await readRun(db, conversation.run))?.assignment.about;
  return { about, ...(before && mayContinue(before, about) && { conversation: conversation.kept }) };
}
