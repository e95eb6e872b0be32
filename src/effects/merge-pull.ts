// The last look and the merge. Everything is read live again; only then is the gate green, and the merge names the head.

import type { CommandOf } from '../decide/command.ts';
import { isMet } from '../decide/gates/demand.ts';
import { mergedGate } from '../decide/pull/desired.ts';
import { blockers } from '../decide/pull/gate.ts';
import { mergedBy } from '../decide/pull/merge-gate.ts';
import type { PullState } from '../decide/pull/state.ts';
import type { TicketState } from '../decide/ticket/state.ts';
import { Retryable } from '../errors.ts';
import { isForbidden } from '../facts/control.ts';
import { type Message, message } from '../facts/message.ts';
import { atLeast } from '../facts/person.ts';
import { ticketStream } from '../facts/stream.ts';
import { digestOf } from '../journal/artifact.ts';
import { begin, claim, forget, release } from '../journal/right.ts';
import { pullsWithHead, readStream } from '../journal/stream.ts';
import { renderCheck } from '../render/check.ts';
import { renderMergeMessage } from '../render/pull.ts';
import type { Call, Effect, Ports } from './contract.ts';
import { branchRef, fetchRefs } from './gather/git-access.ts';
import { issueSnapshot } from './gather/issue-at.ts';
import { planAt } from './gather/plan-at.ts';
import { policyAt } from './gather/policy-at.ts';
import { approvalProblem } from './read-plan.ts';

type Merge = Call<CommandOf<'MergePull'>>;
type Problem = { why: Message; again: boolean };

const rightSeconds = 60;

export const mergePull: Effect<'MergePull'> = {
  async find({ command, repository }, { reader }) {
    const pull = await reader.pull(repository, command.pull);
    return pull?.mergeSha && pull.merged ? { type: 'PullMerged', sha: pull.mergeSha, head: command.head } : undefined;
  },

  async execute(call, ports) {
    const { command } = call;
    const problem = await problemNow(call, ports);
    if (problem) return { type: 'MergeRefused', head: command.head, ...problem };
    const merged = await openGateAndMerge(call, ports);
    if ('merged' in merged) return { type: 'PullMerged', sha: merged.merged, head: command.head };
    const why =
      merged.refused === 'head_moved'
        ? message('merge-head-moved')
        : merged.refused === 'paused'
          ? message('merge-paused')
          : message('merge-refused', { detail: merged.detail });
    return { type: 'MergeRefused', head: command.head, why, again: false };
  },
};

/** The gate turns green in the same breath as the merge; whatever comes of it, the check is converged afterwards. */
async function openGateAndMerge({ command, repository }: Merge, { db, writer, standing }: Ports) {
  const right = await claim(db, `${repository.id}/check/${command.head}/harness/gate`, rightSeconds);
  if (!right) throw new Retryable('the gate is being written', { after: 1 });
  let remoteId = right.remoteId;
  let digest: string | null = null;
  try {
    if (!(await begin(db, right))) throw new Retryable('the right to write the gate was lost', { after: 1 });
    const check = renderCheck('harness/gate', { ...mergedGate, times: command.times });
    if (remoteId === null) remoteId = String((await writer.createCheckRun(repository, command.head, check)).id);
    else await writer.updateCheckRun(repository, Number(remoteId), check);
    const { ticket } = command;
    // The gate is open for a moment: a control that was set in it closes it again.
    if (isForbidden('change', await standing(repository.id))) return { refused: 'paused', detail: '' } as const;
    const outcome = await writer.merge(repository, command.pull, {
      sha: command.head,
      method: command.method,
      ...renderMergeMessage({ title: command.title, pull: command.pull, ...(ticket && { issue: ticket.issue }) }),
    });
    // Merged, the gate stays as it is; in every other case it is written again.
    if ('merged' in outcome) digest = digestOf(JSON.stringify(check));
    return outcome;
  } finally {
    if (!(await release(db, right, { digest, remoteId }))) await forget(db, right.target);
  }
}

/** The first thing that no longer holds, in the order of what is cheapest to read. */
async function problemNow(call: Merge, ports: Ports): Promise<Problem | undefined> {
  const { command, repository } = call;
  // The command may have waited, for a rate limit to end: what was told meanwhile counts.
  const own = (await readStream(ports.db, call.stream))?.state as PullState | undefined;
  if (!own || blockers(own).length > 0 || mergedBy(own) !== 'gantry')
    return { why: message('merge-state-moved'), again: true };
  const pull = await ports.reader.pull(repository, command.pull);
  const no = (why: Message, again = false): Problem => ({ why, again });
  if (!pull || pull.state === 'closed') return no(message('merge-refused', { detail: 'the pull request is closed' }));
  if (pull.head.sha !== command.head) return no(message('merge-head-moved'));
  if (pull.base.ref !== command.base) return no(message('retargeted', { base: pull.base.ref }));
  if (pull.draft) return no(message('gate-press-ready'), true);
  if (pull.mergeableState === 'dirty')
    return no(message('merge-refused', { detail: 'the branch conflicts with its base' }));
  if (pull.labels.includes('ai-hold')) return no(message('merge-held'));
  // A check belongs to a commit: as long as another open pull request shows the same one, the gate speaks for both.
  const sharing = (await pullsWithHead(ports.db, repository.id, command.head)).filter(
    ({ id, open }) => open && id !== call.stream,
  );
  if (sharing.length > 0)
    return no(message('merge-shared-head', { pulls: sharing.map(({ id }) => id.split('#')[1]).join(', #') }));
  const { ticket } = command;
  if (!ticket) return no(message('merge-not-approved'));

  // A hold that was typed a moment ago may not be a label yet: the ticket knows it first.
  const known = (await readStream(ports.db, ticketStream(repository.id, ticket.issue)))?.state as
    | TicketState
    | undefined;
  if (known?.hold) return no(message('merge-held'));
  if (known?.stage.name !== 'in_review' || known.approval?.planDigest !== ticket.planDigest)
    return no(message('merge-not-approved'), true);
  const issue = await ports.reader.issue(repository, ticket.issue);
  if (!issue || issue.state === 'closed') return no(message('merge-refused', { detail: 'the issue is closed' }));
  if (!issue.labels.includes('ai-ready')) return no(message('merge-not-approved'), true);
  if (issue.labels.includes('ai-hold')) return no(message('merge-held'));
  if (issueSnapshot(issue).snapshot.bodyDigest !== ticket.bodyDigest) return no(message('approval-stale-issue'));

  return (await planProblem(call, ports, ticket)) ?? (await reviewProblem(call, ports));
}

async function planProblem(
  { command, repository }: Merge,
  ports: Ports,
  ticket: NonNullable<CommandOf<'MergePull'>['ticket']>,
): Promise<Problem | undefined> {
  const base = branchRef(command.base);
  const sha = (await fetchRefs(ports, repository, [base], [command.head]))[base];
  const plan =
    sha &&
    (await planAt(ports, repository, {
      changeId: ticket.changeId,
      commit: command.head,
      base: { ref: command.base, sha },
    }));
  if (!sha || !plan) return { why: message('merge-not-approved'), again: false };
  const policy = await policyAt(ports, repository, sha);
  if ((policy.status === 'ok' ? policy.blob : '') !== command.policyBlob)
    return { why: message('merge-policy-changed'), again: false };
  const approval = { logins: ticket.approvers, planDigest: ticket.planDigest, baseDigest: ticket.baseDigest };
  const why = await approvalProblem(ports, repository, approval, plan);
  return why && { why, again: false };
}

/** As many newest reviews as are asked for must approve exactly this head, of people who still have write. */
async function reviewProblem({ command, repository }: Merge, { reader }: Ports): Promise<Problem | undefined> {
  const reviews = await reader.reviews(repository, command.pull);
  const against = reviews.find(({ state }) => state === 'changes_requested');
  if (against) return { why: message('gate-changes-requested', { by: against.author.login }), again: false };
  const approving = reviews.filter(
    ({ state, commit, author }) =>
      state === 'approved' && commit === command.head && command.reviewers.includes(author.login),
  );
  const { reviews: asked = { approvals: 1, groups: [] } } = command;
  const holding: string[] = [];
  for (const { author } of approving) {
    if (holding.includes(author.login) || !atLeast(await reader.role(repository, author.login), 'write')) continue;
    holding.push(author.login);
    if (isMet(asked, holding)) return undefined;
  }
  return { why: message('merge-review-missing'), again: false };
}
