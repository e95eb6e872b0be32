// Streams are two: a ticket (an issue with its runs) and a pull request, ours or not.

export type TicketStream = `ticket:${number}#${number}`;
export type PullStream = `pull:${number}#${number}`;
export type StreamId = TicketStream | PullStream;

export const ticketStream = (repositoryId: number, issue: number): TicketStream => `ticket:${repositoryId}#${issue}`;
export const pullStream = (repositoryId: number, pull: number): PullStream => `pull:${repositoryId}#${pull}`;

/** Undefined for text that is not a stream id. */
export function parseStream(
  text: string,
): { kind: 'ticket' | 'pull'; repository: number; number: number; id: StreamId } | undefined {
  const match = /^(ticket|pull):(\d{1,15})#(\d{1,15})$/.exec(text);
  if (!match) return undefined;
  const repository = Number(match[2]);
  const number = Number(match[3]);
  return match[1] === 'ticket'
    ? { kind: 'ticket', repository, number, id: ticketStream(repository, number) }
    : { kind: 'pull', repository, number, id: pullStream(repository, number) };
}
