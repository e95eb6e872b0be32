// Gantry's own workflow files, as a target repository gets them.
import { readFileSync } from 'node:fs';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** The reusable workflow. */
export const gantryWorkflow = read('.github/workflows/gantry.yml');

/** What `gantry init` writes into a target repository as `.github/workflows/gantry.yml`. */
export function callerWorkflow(given: { owner: string; sha: string; server: string }): string {
  const template = read('src/cli/init/caller-workflow.yml');
  return Object.entries(given).reduce((text, [name, value]) => text.replaceAll(`{{${name}}}`, value), template);
}
