// What stands in the way of a merge: branch protection and rulesets, read against checks, statuses and reviews as they are now.
import type { Core } from './contract.ts';
import type { Git } from './git.ts';
import type { Memory } from './memory.ts';
import type { Rights } from './rights.ts';
import { atLeast } from './roles.ts';
import type { PullRow, RepoRow } from './rows.ts';
import { rulesOf } from './rulesets.ts';

interface RequiredCheck {
  context: string;
  /** The App that must have made it; absent: anybody. */
  integration_id?: number;
}

interface Requirements {
  checks: RequiredCheck[];
  approvals: number;
  /** The head must contain the base's tip. */
  strict: boolean;
  dismissStale: boolean;
}

export interface Blockers {
  /** In GitHub's words; empty: nothing does. */
  list(repo: RepoRow, pull: PullRow): string[];
  /** The base has moved and the branch must be up to date. */
  isBehind(repo: RepoRow, pull: PullRow): Promise<boolean>;
  /** Approvals do not survive a push to the branch. */
  dismissesStale(repo: RepoRow, branch: string): boolean;
}

const GREEN = ['success', 'neutral', 'skipped'];

export function createBlockers(core: Core, memory: Memory, git: Git, rights: Rights): Blockers {
  const { emulate } = core;

  function requirements(repo: RepoRow, branch: string): Requirements {
    const rule = emulate.find('branch_protections', (b) => b.repo_id === repo.id && b.branch_name === branch);
    const reviews = rule?.required_pull_request_reviews;
    const out: Requirements = {
      checks: (rule?.required_status_checks?.contexts ?? []).map((context) => ({ context })),
      approvals: reviews?.required_approving_review_count ?? 0,
      strict: rule?.required_status_checks?.strict ?? false,
      dismissStale: reviews?.dismiss_stale_reviews ?? false,
    };
    for (const { type, parameters = {} } of rulesOf(core, memory, repo.full_name, branch)) {
      if (type === 'required_status_checks') {
        out.checks.push(...((parameters.required_status_checks ?? []) as RequiredCheck[]));
        out.strict ||= parameters.strict_required_status_checks_policy === true;
      }
      if (type === 'pull_request') {
        out.approvals = Math.max(out.approvals, Number(parameters.required_approving_review_count ?? 0));
        out.dismissStale ||= parameters.dismiss_stale_reviews_on_push === true;
      }
    }
    return out;
  }

  /** The newest check run or status of that name counts: an old success does not hide a later failure. */
  function conclusionOf(repo: RepoRow, sha: string, check: RequiredCheck): string | undefined {
    const run = emulate
      .table('check_runs')
      .findBy('repo_id', repo.id)
      .filter((c) => c.head_sha === sha && c.name === check.context)
      .filter((c) => check.integration_id === undefined || memory.checkApps.get(c.id) === check.integration_id)
      .sort((a, b) => a.id - b.id)
      .at(-1);
    if (run) return run.conclusion ?? run.status;
    if (check.integration_id !== undefined) return undefined;
    const isIt = (s: Memory['statuses'][number]) => s.repo === repo.full_name && s.sha === sha;
    return memory.statuses.filter((s) => isIt(s) && s.json.context === check.context).at(-1)?.json.state;
  }

  function approvals(repo: RepoRow, pull: PullRow): number {
    const reviews = emulate
      .table('reviews')
      .findBy('repo_id', repo.id)
      .filter((v) => v.pull_number === pull.number && v.state !== 'COMMENTED' && v.state !== 'PENDING');
    const last = new Map(reviews.map((review) => [review.user_id, review.state]));
    return [...last].filter(([userId, state]) => {
      const login = emulate.table('users').get(userId)?.login;
      return state === 'APPROVED' && userId !== pull.user_id && login && atLeast(rights.roleOf(login, repo), 'write');
    }).length;
  }

  return {
    list(repo, pull) {
      const need = requirements(repo, pull.base_ref);
      const out: string[] = [];
      for (const check of need.checks) {
        const now = conclusionOf(repo, pull.head_sha, check);
        if (now === undefined) out.push(`Required status check "${check.context}" is expected.`);
        else if (!GREEN.includes(now)) out.push(`Required status check "${check.context}" is ${now}.`);
      }
      if (approvals(repo, pull) < need.approvals) {
        out.push(`At least ${need.approvals} approving review is required by reviewers with write access.`);
      }
      return out;
    },
    async isBehind(repo, pull) {
      if (!requirements(repo, pull.base_ref).strict) return false;
      return git.raw(repo.full_name, ['merge-base', '--is-ancestor', pull.base_sha, pull.head_sha]).then(
        () => false,
        () => true, // exit code 1: it is no ancestor
      );
    },
    dismissesStale: (repo, branch) => requirements(repo, branch).dismissStale,
  };
}
