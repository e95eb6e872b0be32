// Makes our own commit of an inspected tree and pushes it as the App: one operation whatever its size.

import type { CommandOf } from '../decide/command.ts';
import { Permanent } from '../errors.ts';
import { message } from '../facts/message.ts';
import type { Repository } from '../facts/repository.ts';
import { auditSecretUse } from '../journal/audit.ts';
import { renderCommitMessage } from '../render/pull.ts';
import type { Call, Effect, Ports } from './contract.ts';
import { branchRef, fetchRefs, gitAuth, gitRepo } from './gather/git-access.ts';
import { bringTree } from './gather/inspected-tree.ts';
import { changeIdOf, planAt } from './gather/plan-at.ts';
import { riskyWorkflows } from './gather/risky-workflows.ts';

type Push = Call<CommandOf<'PushTree'>>;

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
    const pushed = await push(call, ports);
    if (!pushed.ok) {
      const why =
        pushed.reason === 'branch_moved'
          ? message('branch-moved', { branch: command.branch })
          : message('push-refused', { detail: pushed.detail });
      return { type: 'BundleRefused', run: command.run, why };
    }
    const { run, stage, branch } = command;
    if (stage !== 'plan') return { type: 'TreePushed', run, stage, branch, sha: pushed.sha };
    const plan = await newPlan(ports, repository, command, pushed.sha, baseSha);
    if (!plan) return { type: 'BundleRefused', run, why: message('bundle-no-plan') };
    return { type: 'TreePushed', run, stage, branch, sha: pushed.sha, plan };
  },
};

/** The same input gives the same commit: an attempt after an unclear answer pushes what is there already. */
async function push({ command, repository }: Push, ports: Ports) {
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
    tree: command.tree,
    parents: [command.expect ?? command.start],
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
  { start, base }: CommandOf<'PushTree'>,
  sha: string,
  baseSha: string,
) {
  const files = await ports.git.changedFiles(gitRepo(ports, repository), start, sha);
  const changeId = changeIdOf(files.map(({ path }) => path));
  return changeId === undefined
    ? undefined
    : planAt(ports, repository, { changeId, commit: sha, base: { ref: base, sha: baseSha } });
}
