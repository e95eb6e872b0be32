// A pull request of ours that is approved, verified and reviewed: on GitHub and in both streams.
import type { TicketState } from '../../src/decide/ticket/state.ts';
import { ticketLifecycle } from '../../src/decide/ticket/ticket.ts';
import { fetchRefs } from '../../src/effects/gather/git-access.ts';
import { issueSnapshot } from '../../src/effects/gather/issue-at.ts';
import { planAt } from '../../src/effects/gather/plan-at.ts';
import { gatherPull } from '../../src/effects/gather-pull.ts';
import type { Approval } from '../../src/facts/approval.ts';
import type { Criterion } from '../../src/facts/plan.ts';
import { LayerName } from '../../src/facts/policy.ts';
import type { PullHeader, TicketReport } from '../../src/facts/pull.ts';
import type { Repository } from '../../src/facts/repository.ts';
import { pullStream } from '../../src/facts/stream.ts';
import { append } from '../../src/journal/append.ts';
import { save } from '../../src/journal/stream.ts';
import { react } from '../../src/loop/react.ts';
import { commitOn, forgetJobs, givenTicket, personOf, shared } from './given.ts';
import type { Stage } from './stage.ts';
import { changeId, workFiles } from './target-repository.ts';

type Of = { number: number; head: string; base: string; criteria: Criterion[] };

/** Every such pull request has the same tree on the same base: it is read once, and is true of all but for its commits. */
async function gatheredOf(stage: Stage, repository: Repository, of: Of) {
  const first = await shared(stage, 'gathered', async () => ({ of, ...(await gather(stage, repository, of)) }));
  const known = JSON.stringify({ plan: first.plan, gathered: first.gathered });
  const own = known.replaceAll(first.of.head, of.head).replaceAll(first.of.base, of.base);
  return JSON.parse(own) as Pick<typeof first, 'plan' | 'gathered'>;
}

async function gather({ ports }: Stage, repository: Repository, { number, head, base: sha, criteria }: Of) {
  await fetchRefs(ports, repository, ['refs/heads/main'], [head]);
  const plan = await planAt(ports, repository, { changeId, commit: head, base: { ref: 'main', sha } });
  if (!plan) throw new Error('the plan that was just pushed is not there');
  const stream = pullStream(repository.id, number);
  const call = { key: 'given', stream, repository, signal: AbortSignal.timeout(60_000) };
  const command = { type: 'GatherPull', pull: number, origin: 'gantry', head, base: 'main', plan, criteria } as const;
  return { plan, gathered: await gatherPull.execute({ ...call, command }, ports) };
}

/** Unreviewed, it waits for a person and shows so. */
export async function givenPull(stage: Stage, repository: Repository, reviewed: boolean) {
  const { ports, journal, world } = stage;
  const ticket = await givenTicket(stage, { labelled: true, repository });
  const { issue, full, branch } = ticket;
  const head = await commitOn(stage, repository, branch, workFiles());
  const title = 'Add a bulk discount';
  const opened = await ports.writer.createPull(repository, {
    title,
    head: branch,
    base: 'main',
    body: '',
    draft: false,
  });
  if (!('number' in opened)) throw new Error('the pull request was not opened');
  const { number } = opened;
  const [read, pull] = [await ports.reader.issue(repository, issue), await ports.reader.pull(repository, number)];
  if (!read || !pull) throw new Error('what was just made is not there');
  const { bodyDigest, criteria } = issueSnapshot(read).snapshot;
  const stream = pullStream(repository.id, number);
  const { plan, gathered } = await gatheredOf(stage, repository, { number, head, base: pull.base.sha, criteria });
  const { base } = pull;
  await world.person('will').review(full, number, 'APPROVE');
  const [review] = await ports.reader.reviews(repository, number);
  if (!review) throw new Error('the review is not there');
  const approval: Approval = {
    by: personOf(stage, 'will'),
    comment: 1,
    at: read.updatedAt,
    planDigest: plan.digest,
    baseDigest: plan.baseDigest,
    baseRef: 'main',
    bodyDigest,
    planCommit: head,
  };
  const tests = plan.criteria.flatMap((criterion) => criterion.tests ?? []);
  const report: TicketReport = {
    issue,
    title,
    stage: 'in_review',
    requester: personOf(stage, 'mona'),
    criteria,
    bodyDigest,
    plan,
    approval,
    layers: {
      sha: head,
      stored: false,
      results: LayerName.options.map((layer) => ({
        layer,
        conclusion: 'success',
        why: 'passed',
        tests: tests.filter((one) => one.layer === layer).map(({ name }) => ({ name, status: 'passed' })),
      })),
    },
    pushed: [head],
    runs: [],
    tokens: { input: 0, output: 0 },
    isolation: 'box',
  };
  const header: PullHeader = {
    number,
    nodeId: pull.nodeId,
    title,
    author: pull.author,
    origin: 'gantry',
    issue,
    head: { sha: head, ref: branch },
    base,
    draft: false,
    state: 'open',
    merged: false,
    updatedAt: pull.updatedAt,
  };
  const { author: by, id, state, commit = head, at } = review;
  const facts = [
    { type: 'PullObserved', action: 'opened', pull: header, by: pull.author },
    { type: 'TicketReported', report },
    gathered,
    { type: 'PullReviewed', review: { id, by, state, commit, at } },
    { type: 'ReviewerRead', review: id, login: by.login, role: 'write' },
  ] as const;
  for (const [n, fact] of facts.slice(0, reviewed ? 5 : 3).entries())
    await journal.db
      .transaction()
      .execute((tx) => append(tx, journal.enqueue, { stream, repository, key: `given:${stream}:${n}`, fact }));
  await react(journal.db, journal.enqueue, stream);

  await ticket.place(ticket.streams.ticket, [{ type: 'Woken' }]);
  const ticketState: TicketState = { ...ticketLifecycle.initial, stage: { name: 'in_review' }, plan, approval };
  await journal.db.transaction().execute((tx) =>
    save(tx, ticket.streams.ticket, {
      seq: 1,
      version: ticketLifecycle.version,
      state: ticketState,
      open: true,
      head: null,
      base: 'main',
    }),
  );
  await forgetJobs(stage);
  return { ticket, stream, number, head, plan, bodyDigest, baseDigest: plan.baseDigest, policy: gathered };
}
