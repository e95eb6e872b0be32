// The policy file as the gate will read it.
import { readPolicy } from '../../config/policy.ts';
import type { Policy } from '../../facts/policy.ts';
import { printable } from '../printable.ts';
import { type Finding, ok, open, wrong } from './finding.ts';

export const policyPath = '.github/harness.yml';

export function judgePolicy(text: string | undefined): { findings: Finding[]; policy: Policy | undefined } {
  if (text === undefined)
    return {
      policy: undefined,
      findings: [
        wrong(
          'policy',
          `${policyPath} is not on the default branch`,
          'Run `gantry init --only policy` in a checkout and merge what it writes',
        ),
      ],
    };
  const read = readPolicy(text);
  if (read.status === 'broken') {
    const [first] = read.problems;
    const more = read.problems.length > 1 ? `, and ${read.problems.length - 1} more` : '';
    return {
      policy: undefined,
      findings: [
        wrong(
          'policy',
          printable(`line ${first?.line}: ${first?.message}${more}`, 300),
          `Run \`gantry validate ${policyPath}\` and put right what it names`,
        ),
      ],
    };
  }
  const layers = Object.keys(read.policy.layers);
  const findings = [
    layers.length > 0
      ? ok('policy', `readable, layers ${layers.join(', ')}`)
      : wrong('policy', 'no layer is named, so the gate stays closed', `Name a command under layers in ${policyPath}`),
  ];
  if (read.policy.merge.by === 'people')
    findings.push(
      open('policy', 'people merge: between the gate turning green and the click, Gantry looks at nothing'),
    );
  return { policy: read.policy, findings };
}
