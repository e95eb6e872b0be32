// A journal in memory in which tickets live, told through append and react as the loop does it.
import type { Approval } from '../../../src/facts/approval.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import type { IssueSnapshot } from '../../../src/facts/issue.ts';
import type { PullHeader } from '../../../src/facts/pull.ts';
import { type Assignment, finishedKey, type Stage, type Submission } from '../../../src/facts/run.ts';
import { pullStream, type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { storeArtifact } from '../../../src/journal/artifact.ts';
import { reserveCall, settleCall } from '../../../src/journal/budget.ts';
import type { Journal } from '../../../src/journal/database.ts';
import { endRun, takeLease } from '../../../src/journal/lease.ts';
import { react } from '../../../src/loop/react.ts';
import { approved, digest, fourLayers, head, layer, ticket as reportOf } from '../../unit/render/views.ts';

export const repository = { installation: 1, id: 7, owner: 'acme', name: 'rates' };
export const mia = { id: 1, login: 'mia', kind: 'person' } as const;
export const noor = { id: 2, login: 'noor', kind: 'person' } as const;
const bot = { id: 9, login: 'gantry[bot]', kind: 'bot' } as const;
export const base = { ref: 'main', sha: 'b'.repeat(40) };

const plan = reportOf().plan as NonNullable<ReturnType<typeof reportOf>['plan']>;
const { bodyDigest } = approved();
const approval = approved().approval as Approval;
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

export const anIssue = (title: string): IssueSnapshot => ({
  title,
  bodyDigest,
  criteria: reportOf().criteria,
  state: 'open',
});

const anAssignment = (run: string, stage: Stage): Assignment => ({
  run,
  fence: 1,
  stage,
  repository: { id: 7, fullName: 'acme/rates', gitUrl: 'http://127.0.0.1/acme/rates.git' },
  ticket: { number: 1, title: 'A title', body: 'A body', criteria: [] },
  start: head,
  agent: { name: 'codex' },
  egress: [],
  layers: {},
  budget: { wallSeconds: 60, tokens: 100_000, ticketTokens: 1_000_000 },
  heartbeatSeconds: 15,
});

export type Story = ReturnType<typeof tell>;

/** `tell(journal)`: each method is one thing that happens; nothing is left pending after it. */
export function tell(journal: Journal) {
  const { db, enqueue } = journal;
  let told = 0;

  async function happen(stream: StreamId, ...facts: Fact[]): Promise<void> {
    for (const fact of facts) {
      const key = fact.type === 'RunFinished' ? finishedKey(fact.run) : `told/${++told}`;
      await db.transaction().execute((tx) => append(tx, enqueue, { stream, repository, key, fact }));
    }
    for (;;) {
      const pending = await db.selectFrom('fact').select('stream').distinct().where('seq', 'is', null).execute();
      if (pending.length === 0) return;
      for (const row of pending) await react(db, enqueue, row.stream as StreamId);
    }
  }

  const label = (number: number, title = 'Bulk discount') =>
    happen(ticketStream(7, number), {
      type: 'IssueLabeled',
      label: 'ai-ready',
      by: mia,
      issue: anIssue(title),
      at: '2026-03-01T09:00:00Z',
    });

  const start = async (number: number, title = 'Bulk discount') => {
    await label(number, title);
    const issue = anIssue(title);
    await happen(ticketStream(7, number), {
      type: 'StartRead',
      by: mia,
      covers: 'live',
      role: 'write',
      issue,
      labeled: true,
      policy: { status: 'absent' },
      base,
    });
  };

  async function run(number: number, n: number, stage: Stage, more: Partial<Submission>): Promise<void> {
    const stream = ticketStream(7, number);
    const id = `7-${number}-${n}`;
    const workflowRun = 4_200 + n;
    await admit(
      db,
      { id, stream, repo: 7, assignment: anAssignment(id, stage), seconds: 600 },
      { repository: 9, total: 99 },
    );
    await happen(stream, { type: 'RunDispatched', run: id, stage, workflowRun, start: head });
    await db
      .transaction()
      .execute((tx) =>
        takeLease(tx, id, { workflowRun, identity: `1/${n}`, tokenHash: `${number}/${n}`, seconds: 600 }),
      );
    await happen(stream, { type: 'RunClaimed', run: id, workflowRun });
    const usage =
      stage === 'verify'
        ? { calls: 0, inputTokens: 0, outputTokens: 0 }
        : { calls: 1, inputTokens: 52_310, outputTokens: 4_120 };
    if (usage.calls > 0) {
      const reserved = await reserveCall(
        db,
        enqueue,
        id,
        { input: 50_000, leastOutput: 1, mostOutput: 10_000 },
        'openai-responses',
      );
      if ('id' in reserved) {
        const call = { inputTokens: 52_310, outputTokens: 4_120 };
        await settleCall(db, reserved.id, { tokens: 56_430, micros: 385_150 }, call);
      }
    }
    const evidence = await storeArtifact(
      db,
      Buffer.from(JSON.stringify({ version: 1, run: id, note: '<script>alert(1)</script>' })),
      'application/json',
    );
    const submission: Submission = {
      fence: 2,
      outcome: { kind: 'delivered' },
      evidence,
      sandbox: { name: 'bubblewrap', boxed: true, unenforced: [] },
      ...more,
    };
    await db.transaction().execute((tx) => endRun(tx, id, submission.outcome));
    await happen(stream, { type: 'RunFinished', run: id, stage, submission, usage, isolation: 'box' });
  }

  const header = (number: number, more: Partial<PullHeader> = {}): PullHeader => ({
    number: number + 1,
    nodeId: 'PR_1',
    title: 'Bulk discount',
    author: bot,
    origin: 'gantry',
    issue: number,
    head: { sha: head, ref: `gantry/${number}-bulk-discount` },
    base,
    draft: true,
    state: 'open',
    merged: false,
    updatedAt: '2026-03-01T09:10:00Z',
    ...more,
  });

  async function planned(number: number, title?: string): Promise<void> {
    const stream = ticketStream(7, number);
    await start(number, title);
    await run(number, 1, 'plan', { bundle: { artifact: digest, commit: head } });
    await happen(stream, { type: 'BundleInspected', run: `7-${number}-1`, tree: 'd'.repeat(40), files: 5 });
    await happen(stream, {
      type: 'TreePushed',
      run: `7-${number}-1`,
      stage: 'plan',
      branch: `gantry/${number}-bulk-discount`,
      sha: head,
      plan,
    });
    await happen(stream, { type: 'PullOpened', pull: number + 1, draft: true });
    await happen(pullStream(7, number + 1), { type: 'PullObserved', action: 'opened', pull: header(number), by: bot });
    await gathered(number);
  }

  const gathered = (number: number) =>
    happen(pullStream(7, number + 1), {
      type: 'PullGathered',
      head,
      snapshot: {
        head,
        base: { ...base, governed: true },
        kind: 'gantry',
        policy: { status: 'absent' },
        files: [{ path: 'src/shipment.js', status: 'modified', inScope: true }],
        plan,
        criteria: reportOf().criteria,
        secrets: [],
      },
    });

  async function approve(number: number): Promise<void> {
    const stream = ticketStream(7, number);
    const given = {
      type: 'CommandGiven',
      command: { name: 'approve-plan', digest },
      comment: { id: 555, on: number + 1, at: later(5) },
      by: noor,
      viaApp: false,
    } as const;
    await happen(pullStream(7, number + 1), given);
    await happen(stream, {
      type: 'ApprovalRead',
      ask: given,
      role: 'write',
      genuine: true,
      bodyDigest,
      head,
      base,
      plan,
    });
  }

  async function implemented(number: number): Promise<void> {
    const stream = ticketStream(7, number);
    await run(number, 2, 'implement', { bundle: { artifact: digest, commit: head } });
    await happen(stream, { type: 'BundleInspected', run: `7-${number}-2`, tree: 'e'.repeat(40), files: 3 });
    const tests = plan.criteria.flatMap(({ tests: named }) => named);
    const layers = fourLayers.map((name) =>
      layer(name, {
        tests: tests.filter((one) => one.layer === name).map((one) => ({ name: one.name, status: 'passed' })),
      }),
    );
    await run(number, 3, 'verify', { layers });
    await happen(stream, {
      type: 'TreePushed',
      run: `7-${number}-3`,
      stage: 'implement',
      branch: `gantry/${number}-bulk-discount`,
      sha: head,
    });
    await gathered(number);
    await happen(pullStream(7, number + 1), { type: 'PullReadied', done: true });
  }

  async function merged(number: number): Promise<void> {
    const pull = pullStream(7, number + 1);
    await happen(pull, {
      type: 'PullObserved',
      action: 'ready_for_review',
      pull: header(number, { draft: false, updatedAt: '2026-03-01T09:30:00Z' }),
      by: bot,
    });
    await happen(pull, {
      type: 'PullReviewed',
      review: { id: 1, by: noor, state: 'approved', commit: head, at: '2026-03-01T09:31:00Z' },
    });
    await happen(pull, { type: 'ReviewerRead', review: 1, login: noor.login, role: 'write' });
    await happen(pull, { type: 'PullMerged', sha: 'f'.repeat(40), head });
    const after = header(number, {
      draft: false,
      state: 'closed',
      merged: true,
      mergeSha: 'f'.repeat(40),
      updatedAt: '2026-03-01T09:32:00Z',
    });
    await happen(pull, { type: 'PullObserved', action: 'closed', pull: after, by: bot });
  }

  return { happen, label, start, planned, approve, implemented, merged, run, approval };
}
