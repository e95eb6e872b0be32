// What a person does after `gantry init`, short and in order.
import type { Detected } from '../../config/detect/detector.ts';
import type { Origin } from './git-remote.ts';

export type Steps = {
  origin: Origin | undefined;
  /** Undefined where no workflow was written this time. */
  pinned: { owner: string; sha: string } | undefined;
  ruleset: boolean;
  detected: Detected;
};

export function nextSteps({ origin, pinned, ruleset, detected }: Steps): string[] {
  const repository = origin ? `${origin.owner}/${origin.name}` : 'OWNER/REPO';
  const found = Object.keys(detected.layers);
  const steps = [
    found.length === 0
      ? 'Name at least one layer in .github/harness.yml (nothing was detected), then run `gantry validate`.'
      : `Read .github/harness.yml (detected: ${found.join(', ')}), then run \`gantry validate\`.`,
    'Commit .github/ on a branch and open a pull request with your own account: the App may not change workflows.',
    ...(pinned
      ? [
          `Let your runner group run only ${pinned.owner}/gantry/.github/workflows/gantry.yml@${pinned.sha} (Settings, Actions, Runner groups).`,
        ]
      : []),
    `After the merge, run \`gantry doctor --repo ${repository}\`.`,
    ...(ruleset
      ? [
          `When every open pull request shows harness/gate, make it required: gh api repos/${repository}/rulesets --input gantry-ruleset.json (or Settings, Rules, Import). Before that it would block them.`,
        ]
      : []),
    'Label an issue with acceptance criteria `ai-ready`.',
  ];
  return ['', 'Next:', ...steps.map((step, index) => `${index + 1}. ${step}`)];
}
