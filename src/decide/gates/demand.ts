// What a gate asks for: how many approvals, of whom, and why. Rules only add up; one may waive the plan's gate, within bounds.
import { readGlob } from '../../config/glob.ts';
import type { GateRule, GateStage, Policy } from '../../facts/policy.ts';
import { categoriesOf, isHarmless } from './category.ts';

/** What is known where a gate is judged. Paths may be globs of a plan's scope. What is absent is not known yet. */
export type About = {
  paths: readonly string[] | 'unreadable' | undefined;
  labels: readonly string[];
  files?: number | undefined;
  /** Added lines. */
  lines?: number | undefined;
};

/**
 * `groups`: of each list somebody must be among the approvers. `why`: the rules that led here, as the policy file counts
 * them. `waived`: nobody needs to approve, and by which rule; never for a merge.
 */
export type Demand = {
  approvals: number;
  groups: readonly (readonly string[])[];
  why: readonly string[];
  waived?: string;
};

const hasGlob = (path: string): boolean => /[*?{]/.test(path);
const fixedPart = (glob: string): string => glob.split(/[*?{]/, 1)[0] ?? '';

/** May the path, or anything that its glob covers, be covered by the rule's glob? Where that is not certain, yes. */
function mayMeet(rule: string, path: string): boolean {
  if (hasGlob(path)) {
    const [one, other] = [fixedPart(rule).toLowerCase(), fixedPart(path).toLowerCase()];
    return one.startsWith(other) || other.startsWith(one);
  }
  const read = readGlob(rule, { ignoreCase: true });
  return read.status === 'broken' || read.matches(path);
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Each condition that is named must hold; what is not known holds, so that ignorance asks for more and not for less. */
function applies({ when }: GateRule, { paths, labels, files, lines }: About): boolean {
  const some = (is: (path: string) => boolean) => paths === undefined || paths === 'unreadable' || paths.some(is);
  const { categories } = when;
  return (
    (!when.paths || some((path) => when.paths?.some((glob) => mayMeet(glob, path)) ?? false)) &&
    (!categories ||
      some((path) =>
        hasGlob(path) && !isHarmless(path) ? true : categoriesOf(path).some((one) => categories.includes(one)),
      )) &&
    (!when.labels || when.labels.some((label) => labels.some((one) => same(one, label)))) &&
    (when.files === undefined || files === undefined || files > when.files) &&
    (when.lines === undefined || lines === undefined || lines > when.lines)
  );
}

/** `rule 2 (paths src/auth/**; labels risky)`: rules are counted from 1, as in the file. */
const named = ({ when }: GateRule, n: number): string => {
  const conditions = [
    ...(['paths', 'categories', 'labels'] as const).flatMap((key) =>
      when[key] ? [`${key} ${when[key].join(', ')}`] : [],
    ),
    ...(when.files === undefined ? [] : [`more than ${when.files} files`]),
    ...(when.lines === undefined ? [] : [`more than ${when.lines} lines`]),
  ];
  return `rule ${n + 1}${conditions.length > 0 ? ` (${conditions.join('; ')})` : ''}`;
};

/** A rule that asks for nothing waives. */
const waives = ({ approvals, approvers }: GateRule): boolean => approvals === 0 && approvers.length === 0;

/** Without any rule: nobody is asked about the start, one person approves the plan, and one reviews before the merge. */
export function demandOf(stage: GateStage, policy: Policy, about: About): Demand {
  const matched = policy.gates.rules.flatMap((rule, n) =>
    rule.stage === stage && applies(rule, about) ? [{ rule, name: named(rule, n) }] : [],
  );
  const demanding = matched.filter(({ rule }) => !waives(rule));
  const waiver = matched.find(({ rule }) => waives(rule));
  return {
    approvals: Math.max(stage === 'start' ? 0 : 1, ...demanding.map(({ rule }) => rule.approvals)),
    groups: demanding.flatMap(({ rule }) => (rule.approvers.length > 0 ? [rule.approvers] : [])),
    why: demanding.map(({ name }) => name),
    ...(stage === 'plan' && waiver && demanding.length === 0 && mayWaive(policy, about) && { waived: waiver.name }),
  };
}

/** Never for anything but documentation and tests, and never for protected paths (trust.md 18). */
export const mayWaive = ({ protected: guarded }: Policy, { paths }: About): boolean =>
  paths !== undefined &&
  paths !== 'unreadable' &&
  paths.length > 0 &&
  paths.every((path) => isHarmless(path) && ![...guarded, '.github/**'].some((glob) => mayMeet(glob, path)));

/** Do these people together give what is asked for? */
export const isMet = (
  { approvals, groups }: Pick<Demand, 'approvals' | 'groups'>,
  logins: readonly string[],
): boolean =>
  logins.length >= approvals && groups.every((group) => group.some((one) => logins.some((login) => same(one, login))));

/** More than the one approval that is always asked for. */
export const isMore = ({ approvals, groups }: Demand): boolean => approvals > 1 || groups.length > 0;

/** For sentences: who is named, and why. */
export const demandData = ({ approvals, groups, why }: Demand, have: number): Record<string, string> => ({
  have: String(have),
  need: String(Math.max(approvals, groups.length > 0 ? 1 : 0)),
  ...(groups.length > 0 && { named: groups.map((group) => group.join(' or ')).join(', and ') }),
  why: why.join(', '),
});
