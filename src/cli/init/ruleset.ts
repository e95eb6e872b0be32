// The ruleset that makes the gate required, as GitHub imports it.

/** `appId` pins who may answer: a workflow that publishes a check of the same name does not satisfy it. */
export function gateRuleset(appId: number): string {
  const ruleset = {
    name: 'Gantry gate',
    target: 'branch',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    rules: [
      {
        type: 'required_status_checks',
        parameters: {
          // Gantry itself looks whether a base that moved touches what was approved; a rebase for every merge would
          // start the work again.
          strict_required_status_checks_policy: false,
          required_status_checks: [{ context: 'harness/gate', integration_id: appId }],
        },
      },
    ],
    bypass_actors: [],
  };
  return `${JSON.stringify(ruleset, null, 2)}\n`;
}
