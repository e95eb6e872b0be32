// Rulesets: made by an admin, read by rules/branches, obeyed by merge and push.
import type { Core, WorldRequest } from './contract.ts';
import type { Memory, Ruleset } from './memory.ts';

export type BranchRule = Ruleset['rules'][number] & { ruleset_id: number };

/** The active rules of a branch, whoever made them. */
export function rulesOf(core: Core, memory: Memory, full: string, branch: string): BranchRule[] {
  const isDefault = core.repo(full)?.default_branch === branch;
  const covers = (pattern: string) =>
    pattern === '~ALL' || (pattern === '~DEFAULT_BRANCH' && isDefault) || pattern === `refs/heads/${branch}`;
  return memory.rulesets
    .filter((set) => set.source === full && set.enforcement === 'active' && set.target === 'branch')
    .filter((set) => (set.conditions?.ref_name?.include ?? []).some(covers))
    .flatMap((set) => set.rules.map((rule) => ({ ...rule, ruleset_id: set.id })));
}

/** Why a direct push to this ref is refused; undefined: it is not. */
export function pushRefusal(core: Core, memory: Memory, full: string, ref: string): string | undefined {
  const rules = rulesOf(core, memory, full, ref.replace(/^refs\/heads\//, ''));
  if (!rules.some((rule) => rule.type === 'pull_request')) return undefined;
  return `GH013: Repository rule violations found for ${ref}.\n- Changes must be made through a pull request.`;
}

export function installRulesets(core: Core, memory: Memory): void {
  const fullOf = (request: WorldRequest) => `${request.params.owner}/${request.params.repo}`;

  core.route('POST', '/repos/:owner/:repo/rulesets', (request) => {
    const body = request.body as Partial<Ruleset>;
    const set: Ruleset = {
      id: memory.nextId(),
      name: body.name ?? '',
      target: body.target ?? 'branch',
      source_type: 'Repository',
      source: fullOf(request),
      enforcement: body.enforcement ?? 'active',
      ...(body.conditions && { conditions: body.conditions }),
      rules: body.rules ?? [],
    };
    memory.rulesets.push(set);
    return { status: 201, json: set };
  });

  core.route('GET', '/repos/:owner/:repo/rules/branches/:branch*', (request) => {
    const full = fullOf(request);
    const rules = rulesOf(core, memory, full, request.params.branch ?? '');
    return { status: 200, json: rules.map((r) => ({ ...r, ruleset_source_type: 'Repository', ruleset_source: full })) };
  });
}
