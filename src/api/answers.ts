// From what the journal knows to what the read API answers.
import type { z } from '@hono/zod-openapi';
import type { BudgetUse } from '../facts/budget.ts';
import type { Message } from '../facts/message.ts';
import type { Repository } from '../facts/repository.ts';
import { versionOf } from '../facts/upcast.ts';
import type { describeArtifact } from '../journal/artifact.ts';
import type { InboxEntry } from '../journal/inbox.ts';
import type { FactRow } from '../journal/lists.ts';
import { plainly } from './pages/markdown.ts';
import type { RunItem } from './read/runs.ts';
import type { TicketItem } from './read/tickets.ts';
import type { ArtifactAnswer, DeliveryAnswer, FactAnswer, RunAnswer, TicketAnswer, TicketDetail } from './wire.ts';

export const sentence = (message: Message) => ({ id: message.id, text: plainly(message) });
const sentenceIf = (message: Message | undefined) => (message ? sentence(message) : null);
export const repositoryAnswer = ({ id, owner, name }: Repository) => ({ id, owner, name });
const timeOf = (at: Date | undefined): string | null => at?.toISOString() ?? null;

export const ticketAnswer = (
  { state, ...item }: TicketItem,
  waits: Message | undefined,
): z.infer<typeof TicketAnswer> => ({
  version: 1,
  repository: repositoryAnswer(item.repository),
  number: item.number,
  title: item.title,
  stage: state.stage.name,
  open: item.open,
  onHold: state.hold !== undefined,
  waitsFor: sentenceIf(waits),
  requester: state.requester?.login ?? null,
  pull: state.pull ?? null,
  runs: state.runs.length,
  tokens: state.tokens,
  startedAt: item.startedAt.toISOString(),
  changedAt: item.changedAt.toISOString(),
});

export function ticketDetail(
  ticket: TicketItem,
  waits: Message | undefined,
  runs: readonly RunItem[],
  budgets: BudgetUse[],
): z.infer<typeof TicketDetail> {
  const { approval, revoked, branch, issue, layers } = ticket.state;
  return {
    ...ticketAnswer(ticket, waits),
    branch: branch ?? null,
    approval: approval
      ? {
          by: approval.by.login,
          at: new Date(approval.at).toISOString(),
          planDigest: approval.planDigest,
          planCommit: approval.planCommit,
          bodyDigest: approval.bodyDigest,
          baseRef: approval.baseRef,
          baseDigest: approval.baseDigest,
        }
      : null,
    revoked: sentenceIf(revoked),
    criteria: issue?.criteria ?? [],
    layers: (layers?.results ?? []).map(({ layer, conclusion, why }) => ({ layer, conclusion, why })),
    budgets,
    runList: runs.map(runAnswer),
  };
}

export const runAnswer = (run: RunItem): z.infer<typeof RunAnswer> => ({
  version: 1,
  id: run.id,
  repository: repositoryAnswer(run.repository),
  ticket: run.ticket,
  stage: run.stage,
  phase: run.phase ? { n: run.phase.n, of: run.phase.of, title: run.phase.title } : null,
  state: run.state,
  agent: { name: run.agent.name, model: run.agent.model ?? null },
  workflowRun: run.workflowRun ?? null,
  createdAt: run.createdAt.toISOString(),
  claimedAt: timeOf(run.claimedAt),
  heartbeatAt: timeOf(run.heartbeatAt),
  leaseUntil: run.leaseUntil.toISOString(),
  finishedAt: timeOf(run.finishedAt),
  cancel: run.cancel ?? null,
  outcome: run.outcome ?? null,
  usage: run.usage,
  budget: run.budget,
  exceeded: run.exceeded ?? null,
  artifacts: {
    bundle: run.handedIn.bundle ?? null,
    patch: run.handedIn.patch ?? null,
    kept: run.handedIn.kept ?? null,
    evidence: run.handedIn.evidence ?? null,
    transcript: run.transcript ?? null,
  },
});

export const factAnswer = ({ seq, stream, key, at, type, fact }: FactRow): z.infer<typeof FactAnswer> => ({
  version: versionOf(type),
  seq,
  stream,
  key,
  at: at.toISOString(),
  type,
  fact: fact ?? null,
});

export const deliveryAnswer = (entry: InboxEntry): z.infer<typeof DeliveryAnswer> => ({
  guid: entry.guid,
  event: entry.event,
  action: entry.action ?? null,
  installation: entry.installation ?? null,
  receivedAt: new Date(entry.receivedAt).toISOString(),
  state: entry.state,
  note: entry.note ?? null,
});

export const artifactAnswer = (
  digest: string,
  { media, size, storedAt, namedBy }: NonNullable<Awaited<ReturnType<typeof describeArtifact>>>,
): z.infer<typeof ArtifactAnswer> => ({
  version: 1,
  digest,
  media,
  size,
  storedAt: storedAt.toISOString(),
  namedBy,
});
