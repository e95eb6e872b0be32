// Commands that change GitHub: whatever goes wrong meanwhile, it is changed once and the journal says so once.
import type { CommandOf } from '../../../src/decide/command.ts';
import { fetchRefs, gitRepo } from '../../../src/effects/gather/git-access.ts';
import { inspectionLimits } from '../../../src/effects/gather/inspected-tree.ts';
import { Policy } from '../../../src/facts/policy.ts';
import { finishedKey } from '../../../src/facts/run.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { storeArtifact } from '../../../src/journal/artifact.ts';
import { bindWorkflowRun, endRun } from '../../../src/journal/lease.ts';
import * as words from '../../unit/decide/builders.ts';
import { anAssignment } from '../../world/an-assignment.ts';
import type { Fragment } from '../fragment.ts';
import { branchAt, bundleOf, type GivenTicket, givenTicket, personOf, planCommit, shared } from '../given.ts';
import { runsEnded, type Stage } from '../stage.ts';
import { planFiles } from '../target-repository.ts';
import type { Work } from '../work.ts';
import { mergePull } from './merge-pull.ts';

const post = (tail: string) => new RegExp(`^POST /repos/[^/]+/[^/]+/${tail}$`);
const write = { write: true, heard: true } as const;

/** As the database has them, without ids. */
const runsOf = async ({ journal: { db } }: Stage, { streams }: GivenTicket) =>
  (await db.selectFrom('run').selectAll().where('stream', '=', streams.ticket).execute()).map(
    ({ stage, state, fence, workflow_run, cancel }) => ({ stage, state, fence, bound: workflow_run !== null, cancel }),
  );

/** A plan run handed its bundle in, and this machine inspected it. */
export async function delivered(stage: Stage, ticket: GivenTicket, bundle: Awaited<ReturnType<typeof bundleOf>>) {
  const { db, enqueue } = stage.journal;
  const { repository, streams } = ticket;
  const { start, commit, bytes } = bundle;
  const run = runId(ticket);
  await ticket.place(streams.ticket, [{ type: 'Woken' }]);
  const assignment = { ...anAssignment(run), start };
  await admit(db, { id: run, stream: streams.ticket, repo: repository.id, assignment, seconds: 600 }, noCaps);
  const artifact = await storeArtifact(db, bytes, 'application/octet-stream');
  const fact = { ...words.finished(1, 'plan', { bundle: { artifact, commit } }), run };
  await db.transaction().execute(async (tx) => {
    await endRun(tx, run, { kind: 'delivered' });
    await append(tx, enqueue, { stream: streams.ticket, key: finishedKey(run), fact });
  });
  await fetchRefs(stage.ports, repository, [], [start]);
  const repo = gitRepo(stage.ports, repository);
  await stage.ports.git.inspect({ repo, bundle: bytes, start, limits: inspectionLimits });
}

const noCaps = { repository: 10_000, total: 10_000 };

const runId = ({ repository, issue }: GivenTicket) => `${repository.id}-${issue}-1`;

export const writes = {
  OpenPull: {
    ...write,
    at: 'writer.createPull',
    route: post('pulls'),
    list: { path: /\/pulls$/ },
    async prepare(stage) {
      const ticket = await givenTicket(stage);
      const { issue, branch, full } = ticket;
      await branchAt(stage, ticket.repository, branch, await planCommit(stage));
      const command: CommandOf<'OpenPull'> = {
        type: 'OpenPull',
        issue,
        title: 'Add a bulk discount',
        branch,
        base: 'main',
        requester: personOf(stage, 'mona'),
        criteria: [],
        run: runId(ticket),
      };
      return ticket.command(command, 'ticket', async () =>
        (await stage.world.person('mona').pulls(full, 'all'))
          .filter(({ head }) => head.ref === branch)
          .map(({ draft, state, user, assignees }) => ({
            draft,
            state,
            by: user.login,
            assigned: ((assignees ?? []) as { login: string }[]).map(({ login }) => login),
          })),
      );
    },
  },
  PushTree: {
    ...write,
    at: 'git.commitAndPush',
    async prepare(stage) {
      const ticket = await givenTicket(stage);
      const { repository, full, branch, issue } = ticket;
      const bundle = await shared(stage, 'bundle', () => bundleOf(stage, repository, planFiles()));
      const { start, tree } = bundle;
      await delivered(stage, ticket, bundle);
      const command: CommandOf<'PushTree'> = {
        type: 'PushTree',
        run: runId(ticket),
        stage: 'plan',
        issue,
        title: 'Add a bulk discount',
        madeBy: runId(ticket),
        tree,
        start,
        base: 'main',
        branch,
        allowWorkflows: true,
        push: 'after-verify',
      };
      return ticket.command(command, 'ticket', async () =>
        stage.world.git(full, ['log', '--format=%s %an', `main..${branch}`]).then(
          (log) => log.replaceAll(String(issue), 'N'),
          () => 'there is no such branch',
        ),
      );
    },
  },
  DispatchRun: {
    // A second workflow run of the same run is possible and powerless: what counts is which one is bound to it.
    write: true,
    heard: false,
    at: 'writer.dispatchWorkflow',
    route: post('actions/workflows/[^/]+/dispatches'),
    list: { path: /\/workflows\/[^/]+\/runs$/, empty: { total_count: 0, workflow_runs: [] } },
    // Its row has ended, so that its slot is free.
    refused: (clean) => ({
      started: false,
      runs: (clean as { runs: object[] }).runs.map((run) => ({ ...run, state: 'failed', bound: false })),
    }),
    async prepare(stage) {
      const ticket = await givenTicket(stage);
      const command: CommandOf<'DispatchRun'> = {
        type: 'DispatchRun',
        run: runId(ticket),
        stage: 'plan',
        issue: ticket.issue,
        title: 'Add a bulk discount',
        body: 'f'.repeat(64),
        criteria: [],
        base: 'main',
        policy: Policy.parse({ version: 1, concurrency: 100 }),
      };
      return ticket.command(command, 'ticket', async () => ({
        started: [...stage.world.actions.runs.values()].some(
          ({ row }) => row.display_title === `gantry plan ${runId(ticket)}`,
        ),
        runs: await runsOf(stage, ticket),
      }));
    },
  },
  CancelRun: {
    ...write,
    at: 'writer.cancelRun',
    route: post('actions/runs/\\d+/cancel'),
    // The token is dead whatever GitHub says.
    refused: (clean) => ({ ...Object(clean), conclusion: null }),
    async prepare(stage) {
      const ticket = await givenTicket(stage);
      const { repository, streams } = ticket;
      const run = runId(ticket);
      const { db } = stage.journal;
      const assignment = anAssignment(run);
      await ticket.place(streams.ticket, [{ type: 'Woken' }]);
      await admit(db, { id: run, stream: streams.ticket, repo: repository.id, assignment, seconds: 600 }, noCaps);
      const inputs = { run, stage: 'plan' };
      const { runId: id = 0 } = await stage.ports.writer.dispatchWorkflow(repository, 'slow.yml', 'main', inputs);
      await bindWorkflowRun(db, run, id);
      const prepared = await ticket.command(
        { type: 'CancelRun', run, why: 'Somebody said so.' },
        'ticket',
        async () => ({
          conclusion: stage.world.actions.runs.get(id)?.row.conclusion,
          runs: await runsOf(stage, ticket),
        }),
      );
      const { work } = prepared;
      // Between two looks a cancelled workflow run comes to its end.
      const attempt: Work['attempt'] = async (ports) => {
        const tried = await work.attempt(ports);
        await runsEnded(stage.world);
        return tried;
      };
      return { ...prepared, work: { ...work, attempt } };
    },
  },
  MarkReady: {
    ...write,
    at: 'writer.markReady',
    route: /^POST \/graphql$/,
    async prepare(stage) {
      const ticket = await givenTicket(stage);
      const pull = await ticket.pull(true);
      const person = stage.world.person('mona');
      const { node_id: nodeId } = await person.pull(ticket.full, pull);
      return ticket.command(
        { type: 'MarkReady', nodeId },
        'pull',
        async () => (await person.pull(ticket.full, pull)).draft,
      );
    },
  },
  AskReview: {
    ...write,
    at: 'writer.requestReviewers',
    route: post('pulls/\\d+/requested_reviewers'),
    async prepare(stage) {
      const ticket = await givenTicket(stage);
      const pull = await ticket.pull();
      return ticket.command({ type: 'AskReview', pull, of: ['mona'] }, 'pull', async () => {
        const path = `/repos/${ticket.full}/pulls/${pull}/requested_reviewers`;
        const { json } = await stage.world.person('mona').request<{ users: { login: string }[] }>('GET', path);
        return json.users.map(({ login }) => login);
      });
    },
  },
  MergePull: mergePull,
} satisfies Record<string, Fragment>;
