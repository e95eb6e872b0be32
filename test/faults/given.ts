// What stands before a fragment: an issue, a branch, a pull request, and streams folded from facts that are true of them.
import type { Command } from '../../src/decide/command.ts';
import type { CommandGiven } from '../../src/facts/comment.ts';
import type { Fact } from '../../src/facts/fact.ts';
import type { Actor } from '../../src/facts/person.ts';
import type { Repository } from '../../src/facts/repository.ts';
import { pullStream, type StreamId, ticketStream } from '../../src/facts/stream.ts';
import { append } from '../../src/journal/append.ts';
import { react } from '../../src/loop/react.ts';
import { readyIssue } from '../scenarios/issues.ts';
import type { Prepared } from './fragment.ts';
import type { Stage } from './stage.ts';
import { planFiles } from './target-repository.ts';
import { commandWork, targetWork } from './work.ts';

export const fullName = ({ owner, name }: Repository): string => `${owner}/${name}`;

export function personOf({ world }: Stage, login: string): Actor {
  return { id: world.person(login).id, login, kind: 'person' };
}

const made = new WeakMap<Stage, Map<string, Promise<unknown>>>();

/** Made once per stage: commits that no case changes. */
export function shared<T>(stage: Stage, name: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(stage) ?? new Map<string, Promise<unknown>>();
  made.set(stage, known);
  const one = (known.get(name) as Promise<T> | undefined) ?? make();
  known.set(name, one);
  return one;
}

/** A branch at a commit that is there already. */
export async function branchAt({ world }: Stage, repository: Repository, branch: string, sha: string): Promise<void> {
  const body = { ref: `refs/heads/${branch}`, sha };
  const { status } = await world.person('will').request('POST', `/repos/${fullName(repository)}/git/refs`, body);
  if (status !== 201) throw new Error(`the branch ${branch} was not made: ${status}`);
}

/** The commit of the fixture's plan in the stage's own repository. */
export const planCommit = (stage: Stage): Promise<string> =>
  shared(stage, 'plan', () => commitOn(stage, stage.repository, 'gantry/plan', planFiles()));

let commits = 0;

/** A commit of will's that no other case has, on a branch that starts at main. */
export function commitOn(
  { world }: Stage,
  repository: Repository,
  branch: string,
  files: Record<string, string>,
): Promise<string> {
  return world.person('will').push(fullName(repository), branch, files, { message: `Change ${++commits}` });
}

/** What an agent hands in: one commit on main as a bundle. */
export async function bundleOf(stage: Stage, repository: Repository, files: Record<string, string>) {
  const full = fullName(repository);
  const branch = `bundle-${commits + 1}`;
  const commit = await commitOn(stage, repository, branch, files);
  const revisions = ['main', `${commit}^{tree}`];
  const [start = '', tree = ''] = (await stage.world.git(full, ['rev-parse', ...revisions])).trim().split('\n');
  const bytes = await stage.world.gitHost.raw(full, ['bundle', 'create', '-', `refs/heads/${branch}`, '^main']);
  return { start, commit, tree, bytes };
}

export type GivenTicket = Awaited<ReturnType<typeof givenTicket>>;

export async function givenTicket(stage: Stage, options: { labelled?: true; repository?: Repository } = {}) {
  const { world, journal } = stage;
  const repository = options.repository ?? stage.repository;
  const full = fullName(repository);
  const mona = world.person('mona');
  const { number: issue } = await mona.openIssue(full, readyIssue);
  if (options.labelled) await mona.label(full, issue, 'ai-ready');
  const streams = { ticket: ticketStream(repository.id, issue), pull: pullStream(repository.id, issue) };
  const place = async (stream: StreamId, facts: readonly Fact[]) => {
    for (const [n, fact] of facts.entries())
      await journal.db
        .transaction()
        .execute((tx) =>
          append(tx, journal.enqueue, { stream, repository, key: `given:${stream}:${fact.type}:${n}`, fact }),
        );
    await react(journal.db, journal.enqueue, stream);
    await forgetJobs(stage);
  };
  return {
    repository,
    full,
    issue,
    streams,
    branch: `gantry/${issue}-add-bulk-discount`,
    place,
    async says(body: string, command: CommandGiven['command']): Promise<CommandGiven> {
      const { id, created_at: at } = await world.person('will').comment(full, issue, body);
      const by = personOf(stage, 'will');
      return { type: 'CommandGiven', command, comment: { id, on: issue, at }, by, viaApp: false };
    },
    /** A pull request with the plan from the ticket's branch, opened by a person. */
    async pull(draft = false): Promise<number> {
      const head = `gantry/${issue}-add-bulk-discount`;
      await branchAt(stage, repository, head, await planCommit(stage));
      return (await world.person('will').openPull(full, { title: 'A change', head, draft })).number;
    },
    /** The stream exists and has one command to carry out. */
    async command(command: Command, kind: 'ticket' | 'pull' = 'ticket', see = seeNothing): Promise<Prepared> {
      const stream = streams[kind];
      await place(stream, [{ type: 'Woken' }]);
      return { repository, work: await commandWork(stage, stream, `${stream}#1/0`, command), outside: see };
    },
    async target(kind: 'ticket' | 'pull', id: string, see: () => Promise<unknown>): Promise<Prepared> {
      return { repository, work: targetWork(stage, streams[kind], id), outside: see };
    },
  };
}

/** Jobs that the given facts asked for: the fragment has its own. */
export async function forgetJobs({ journal: { boss } }: Stage): Promise<void> {
  for (const queue of ['react', 'perform', 'converge']) await boss.deleteQueuedJobs(queue);
}

const seeNothing = async (): Promise<unknown> => null;
