// Is harness/gate required on the default branch, and only from us?
import { type Finding, ok, wrong } from './finding.ts';
import type { Rule } from './github.ts';

const gate = 'harness/gate';

export function gateRule(rules: readonly Rule[], branch: string, appId: number): Finding {
  const required = rules
    .filter(({ type }) => type === 'required_status_checks')
    .flatMap(({ parameters }) => parameters?.required_status_checks ?? [])
    .filter(({ context }) => context === gate);
  const fix = `Run \`gantry init --only ruleset --integration-id ${appId}\` and import gantry-ruleset.json (Settings, Rules)`;
  if (required.some(({ integration_id }) => integration_id === appId))
    return ok('gate', `${gate} is required on ${branch}, from this App only`);
  if (required.length > 0)
    return wrong(
      'gate',
      `${gate} is required on ${branch}, but not from this App only: a workflow could answer it`,
      fix,
    );
  return wrong('gate', `no ruleset requires ${gate} on ${branch} (classic branch protection is not looked at)`, fix);
}
