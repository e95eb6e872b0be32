// The policy report of a pull request: what its policy comment shows, for programs.
import type { CheckView } from '../decide/pull/check-view.ts';
import { governance } from '../decide/pull/governance.ts';
import type { PolicyReport } from '../facts/records.ts';
import type { Verdict } from '../facts/verdict.ts';
import { verdictSentencePlainly } from '../render/verdict.ts';
import { repositoryAnswer, sentence } from './answers.ts';
import type { PullItem } from './read/tickets.ts';
import { stickyOf } from './read/waiting.ts';

/** Undefined where there is no policy comment: the pull request is not ours, or its ticket has told nothing yet. */
export function policyReport(pull: PullItem): PolicyReport | undefined {
  const sticky = stickyOf(pull);
  if (!sticky) return undefined;
  const { head, gate, checks, evidence, next } = sticky;
  return {
    version: 1,
    repository: repositoryAnswer(pull.repository),
    pull: pull.number,
    head,
    gate: lineOf('harness/gate', gate),
    blockers: gate.status === 'success' ? [] : gate.reasons.map(sentence),
    checks: checks.map(({ name, view }) => lineOf(name, view)),
    rules: (governance(pull.state).children ?? []).flatMap((check) => rulesOf(check.check ?? '', check)),
    evidence: evidence.map(({ id, text, tests }) => ({
      criterion: id,
      text,
      tests: tests.map(({ layer, name, status }) => ({ layer, name, status })),
    })),
    next: sentence(next),
  };
}

const lineOf = (name: string, { status, title }: CheckView): PolicyReport['gate'] => ({
  name,
  status,
  title: sentence(title),
});

/** The leaves: what stands above them only joins them. */
function rulesOf(check: string, verdict: Verdict): PolicyReport['rules'] {
  if (verdict.children && verdict.children.length > 0)
    return verdict.children.flatMap((child) => rulesOf(check, child));
  const { messageId: rule, outcome, at = [] } = verdict;
  // The sentence of a leaf belongs to its check; below it the check's name is not repeated.
  return [{ check, rule, outcome, text: verdictSentencePlainly({ ...verdict, check }), at }];
}
