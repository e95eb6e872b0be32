// `gantry init`: writes the caller workflow, a policy and a ruleset into a checkout. It never commits and never pushes:
// the App may not touch workflows, so a person opens that pull request with their own rights.
import path from 'node:path';
import { detect } from '../config/detect/detect.ts';
import { Permanent } from '../errors.ts';
import { type CliCommand, type Io, readArgs } from './command.ts';
import { callerWorkflow, commitId, ownerName } from './init/caller.ts';
import { mirrorTip, originOf } from './init/git-remote.ts';
import { nextSteps } from './init/next-steps.ts';
import { policyFile } from './init/policy-file.ts';
import { openRepositoryFiles } from './init/repository-files.ts';
import { gateRuleset } from './init/ruleset.ts';
import { type Written, writeFile } from './init/write-file.ts';

const options = {
  owner: { type: 'string' },
  server: { type: 'string' },
  'integration-id': { type: 'string' },
  pin: { type: 'string' },
  'gantry-url': { type: 'string' },
  dir: { type: 'string', default: '.' },
  only: { type: 'string', multiple: true },
  force: { type: 'boolean', default: false },
} as const;

const parts = {
  workflow: '.github/workflows/gantry.yml',
  policy: '.github/harness.yml',
  ruleset: 'gantry-ruleset.json',
};
type Part = keyof typeof parts;
const allParts = Object.keys(parts) as Part[];

export const init: CliCommand = {
  name: 'init',
  summary: 'Writes workflow, policy and ruleset into a checkout; commits and pushes nothing.',
  usage:
    'init (--pin SHA | --gantry-url URL) [--owner acme] [--server URL] [--integration-id N] [--dir .]\n' +
    '            [--only workflow|policy|ruleset]… [--force]\n' +
    '  --pin             the commit of your mirror of Gantry that runners shall run; or\n' +
    '  --gantry-url      where that mirror is cloned from: the tip of its default branch is pinned\n' +
    '  --owner           account that holds the mirror, named gantry (default: owner of the remote origin)\n' +
    '  --server          public address of your Gantry server (default: PUBLIC_URL)\n' +
    "  --integration-id  the App's id, which alone may answer the gate (default: APP_ID)",
  async run(args, io) {
    const { values } = readArgs(args, options);
    const dir = path.resolve(io.cwd, values.dir);
    const only = partsOf(values.only);
    const origin = await originOf(dir);
    const files = await openRepositoryFiles(dir);
    const contents: Partial<Record<Part, string>> = {};
    let pinned: { owner: string; sha: string } | undefined;
    if (only.includes('workflow')) {
      const owner = ownerName(
        values.owner ?? origin?.owner ?? missing('--owner', 'remote origin names no owner on GitHub'),
      );
      const sha = await pinOf(values.pin, values['gantry-url'], io);
      const server = values.server ?? io.env.PUBLIC_URL ?? missing('--server', 'PUBLIC_URL is not set either');
      contents.workflow = callerWorkflow({ owner, sha, server });
      pinned = { owner, sha };
    }
    const detected = await detect(files);
    if (only.includes('policy')) contents.policy = policyFile(detected);
    const app = values['integration-id'] ?? io.env.APP_ID;
    // Without the id any workflow could answer the gate, so no ruleset is better than that one.
    if (only.includes('ruleset') && app !== undefined) contents.ruleset = gateRuleset(appId(app));

    let kept = 0;
    for (const part of allParts) {
      const content = contents[part];
      if (content === undefined) continue;
      const written = await writeFile(dir, parts[part], content, { force: values.force });
      if (written.outcome === 'kept') kept += 1;
      io.out(told(parts[part], part, written));
    }
    if (only.includes('ruleset') && app === undefined)
      io.out(
        `– ${parts.ruleset}: not written, the App's id is not known. Run again with --only ruleset --integration-id N.`,
      );
    for (const line of nextSteps({ origin, pinned, ruleset: contents.ruleset !== undefined, detected })) io.out(line);
    return kept === 0 ? 0 : 1;
  },
};

function partsOf(only: readonly string[] | undefined): readonly Part[] {
  if (only === undefined) return allParts;
  const unknown = only.find((name) => !Object.hasOwn(parts, name));
  if (unknown === undefined) return allParts.filter((part) => only.includes(part));
  throw new Permanent(
    `--only ${JSON.stringify(unknown)} is not a part. It is one of ${allParts.join(', ')}, and may be repeated.`,
  );
}

function pinOf(pin: string | undefined, url: string | undefined, { env }: Io): string | Promise<string> {
  if (pin !== undefined) return commitId(pin);
  if (url !== undefined) return mirrorTip(url, env);
  return missing('--pin or --gantry-url', 'the workflow has to name a commit of your mirror of Gantry');
}

/** GitHub's word for the id of an App in a ruleset is integration id. */
function appId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Permanent(
    `--integration-id is not a number: ${JSON.stringify(text.slice(0, 40))}. Give the App ID from the App's settings page.`,
  );
}

function missing(option: string, why: string): never {
  throw new Permanent(`${option} is needed: ${why}. \`gantry init --help\` shows the options.`);
}

function told(file: string, part: Part, written: Written): string {
  switch (written.outcome) {
    case 'written':
      return `✓ ${file}: written`;
    case 'replaced':
      return `✓ ${file}: replaced; \`git diff -- ${file}\` shows what changed`;
    case 'same':
      return `✓ ${file}: is already so`;
    case 'kept':
      return `✗ ${file}: kept, it differs from line ${written.line} on (there: "${written.there}"; from here: "${written.ours}"). Replace it with --only ${part} --force`;
  }
}
