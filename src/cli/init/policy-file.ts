// The first policy of a repository: what was detected, and commented examples where nothing was.

import type { Detected, DetectedLayer } from '../../config/detect/detector.ts';
import type { LayerName } from '../../facts/policy.ts';

const layerNames: readonly LayerName[] = ['static', 'unit', 'integration', 'smoke'];

const examples: Record<LayerName, { what: string; layer: DetectedLayer }> = {
  static: { what: 'linting and types', layer: { run: 'npm run lint' } },
  unit: { what: 'unit tests', layer: { run: 'npm test', report: { format: 'junit', path: 'reports/unit.xml' } } },
  integration: { what: 'tests with their surroundings', layer: { run: 'npm run test:integration' } },
  smoke: { what: 'does the built thing start?', layer: { run: 'npm run smoke' } },
};

export function policyFile({ setup, layers }: Detected): string {
  const named = layerNames.filter((name) => layers[name] !== undefined);
  return `${[
    "# Gantry's policy for this repository, read from the default branch. `gantry validate` judges it.",
    'version: 1',
    '',
    '# Which agent plans and implements: codex, claude_code or gemini_cli.',
    'agent: codex',
    '',
    '# Prepares a fresh checkout before the layers.',
    ...(setup === undefined ? ['# setup: npm ci'] : [`setup: ${scalar(setup)}`]),
    '',
    '# Hosts that the box may reach beside the model; setup usually needs its package registry.',
    '# egress: [packages.example.org]',
    '# Private registries: the credential is on the runner (docs/runners.md) and never in the box.',
    '# registries: [https://npm.example.org/team/]',
    '',
    '# The layers that verify what an agent wrote. With none the gate stays closed and asks for one.',
    named.length === 0 ? '# layers:' : 'layers:',
    ...layerNames.flatMap((name) => {
      const layer = layers[name];
      return layer ? layerLines(name, layer) : exampleLines(name);
    }),
    '',
    '# Paths that no agent may change, beside .github/** and .git*.',
    '# protected: [migrations/**]',
    '',
    '# Who may approve; a team of one or two lets the requester do it.',
    '# approval: { requester: true }',
  ].join('\n')}\n`;
}

function layerLines(name: LayerName, { run, report }: DetectedLayer): string[] {
  const lines = [`  ${name}:`, `    run: ${scalar(run)}`];
  if (report) lines.push(`    report: { format: ${report.format}, path: ${report.path} }`);
  return lines;
}

const exampleLines = (name: LayerName): string[] => [
  `  # ${examples[name].what}; nothing was detected`,
  ...layerLines(name, examples[name].layer).map((line) => `  # ${line.slice(2)}`),
];

/** Quoted where YAML would read something else than this text. */
const scalar = (text: string): string => (/^[a-z](?:[\w./=& -]|:(?=\S))*$/i.test(text) ? text : JSON.stringify(text));
