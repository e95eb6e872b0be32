// Makes our own commit of an inspected tree and pushes it as the App: one operation whatever its size.
import type { PushOutcome } from '../../adapters/git/contract.ts';
import type { CommandOf } from '../decide/command.ts';
import { Permanent } from '../errors.ts';
import { type Message, message } from '../facts/message.ts';
import type { Repository } from '../facts/repository.ts';
import { auditSecretUse } from '../journal/audit.ts';
import { renderCommitMessage } from '../render/pull.ts';
import type { Call, Effect, Ports } from './contract.ts';
import { branchRef, fetchRefs, gitAuth, gitRepo } from './gather/git-access.ts';
import { bringTree } from './gather/inspected-tree.ts';
import { changeIdOf, planAt } from './gather/plan-at.ts';
import { riskyWorkflows } from './gather/risky-workflows.ts';

type Push = Call<CommandOf<'PushTree'>>;
type Refused = Extract<PushOutcome, { ok: false }>;

/** `onto`: the base's commit that it stands on, where that is not the one that it was made from. */
type Pushed = { ok: true; sha: string; onto?: string } | { ok: false; why: Message };

export const pushTree: Effect<'PushTree'> = {
  async execute(call, ports) {
    const { command, repository } = call;
    const base = branchRef(command.base);
    const baseSha = (await fetchRefs(ports, repository, [base], [command.start]))[base];
    if (!baseSha) throw new Permanent(`the base branch ${command.base} is gone`);
    if (!command.allowWorkflows) {
      const workflows = command.push === 'after-verify' ? [] : await riskyWorkflows(ports, repository, baseSha);
      if (workflows.length > 0) return { type: 'PushWaits', run: command.run, workflows };
    }
    await bringTree(ports, repository, { ...command, stream: call.stream });
    const first = await push(call, ports, { tree: command.tree, parent: command.expect ?? command.start });
    const pushed: Pushed = first.ok ? first : await pushRebased(call, ports, first, baseSha);
    if (!pushed.ok) return { type: 'BundleRefused', run: command.run, why: pushed.why };
    const { run, stage, branch, start } = command;
    const { sha, onto } = pushed;
    if (stage !== 'plan') return { type: 'TreePushed', run, stage, branch, sha };
    const at = { ref: command.base, sha: baseSha };
    const plan = await newPlan(ports, repository, { from: onto ?? start, commit: sha, base: at });
    if (!plan) return { type: 'BundleRefused', run, why: message('bundle-no-plan') };
    return { type: 'TreePushed', run, stage, branch, sha, plan, ...(onto !== undefined && { onto }) };
  },
};

/**
 * A branch that begins at a commit with other workflows than the base has now is refused, because to GitHub it brings them
 * back. So a new branch is put on the present base, once. Work that was verified is not: what is pushed is what was verified.
 */
async function pushRebased(call: Push, ports: Ports, refused: Refused, baseSha: string): Promise<Pushed> {
  const { start, tree, stage, expect } = call.command;
  const onto = stage === 'plan' && expect === undefined ? await newStart(call, ports, refused, baseSha) : undefined;
  if (onto === undefined || onto === start) return { ok: false, why: whyOf(call, refused) };
  const rebased = await ports.git.rebase({ repo: gitRepo(ports, call.repository), start, tree, onto });
  if (!rebased.ok) return { ok: false, why: message('push-conflict', { paths: rebased.detail }) };
  const again = await push(call, ports, { tree: rebased.tree, parent: onto });
  return again.ok ? { ...again, onto } : { ok: false, why: whyOf(call, again) };
}

/** Where a branch is there already, an attempt before may have made it: then it begins where that one put it. */
async function newStart({ command, repository }: Push, ports: Ports, refused: Refused, baseSha: string) {
  if (refused.reason === 'refused') return baseSha;
  const ref = branchRef(command.branch);
  const there = (await fetchRefs(ports, repository, [ref]))[ref];
  return there === undefined
    ? undefined
    : ((await ports.git.mergeBase(gitRepo(ports, repository), there, baseSha)) ?? undefined);
}

const whyOf = ({ command }: Push, refused: Refused): Message =>
  refused.reason === 'branch_moved'
    ? message('branch-moved', { branch: command.branch })
    : message('push-refused', { detail: refused.detail });

/** The same input gives the same commit: an attempt after an unclear answer pushes what is there already. */
async function push({ command, repository }: Push, ports: Ports, { tree, parent }: { tree: string; parent: string }) {
  const { botId, botLogin } = await ports.reader.self();
  const at = Math.floor(((await startedAt(ports, command.madeBy))?.getTime() ?? 0) / 1_000);
  const identity = { name: botLogin, email: `${botId}+${botLogin}@users.noreply.github.com`, at };
  const auth = gitAuth(ports, repository, 'write');
  if (ports.signingKey !== undefined) await auditSecretUse(ports.db, command.run, 'commit signing key');
  return ports.git.commitAndPush({
    repo: gitRepo(ports, repository),
    auth: async () => {
      await auditSecretUse(ports.db, command.run, 'installation token with contents: write');
      return auth();
    },
    tree,
    parents: [parent],
    message: renderCommitMessage({
      title: command.title,
      issue: command.issue,
      run: command.madeBy,
      stage: command.stage,
      phase: command.phase,
    }),
    author: identity,
    committer: identity,
    branch: command.branch,
    expect: command.expect ?? null,
    ...(ports.signingKey !== undefined && { signingKey: ports.signingKey }),
  });
}

/** The run's creation by the database's clock, so that every attempt says the same. */
async function startedAt({ db }: Ports, run: string): Promise<Date | undefined> {
  const row = await db.selectFrom('run').select('created_at').where('id', '=', run).executeTakeFirst();
  return row && new Date(row.created_at);
}

async function newPlan(
  ports: Ports,
  repository: Repository,
  { from, commit, base }: { from: string; commit: string; base: { ref: string; sha: string } },
) {
  const files = await ports.git.changedFiles(gitRepo(ports, repository), from, commit);
  const changeId = changeIdOf(files.map(({ path }) => path));
  return changeId === undefined ? undefined : planAt(ports, repository, { changeId, commit, base });
}
