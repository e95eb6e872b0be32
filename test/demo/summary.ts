// What the demo reports at its end: one JSON document for programs, one page for people.
import type { Scene } from '../scene/scene.ts';
import type { Progress } from './progress.ts';
import { type Ending, sticky, ticket } from './story.ts';

export type Report = {
  outcome: string;
  issue: number;
  pull: number | null;
  mergeSha: string | null;
  /** Name of our check → its conclusion at the last head, or its status while it has none. */
  checks: Record<string, string>;
  stickyComments: number;
  timeline: { seconds: number; what: string }[];
  /** Requests to GitHub by the App from the label on; token mints are not counted. `contentWrites` are all that are no GET. */
  requests: { total: number; contentWrites: number; byRoute: Record<string, number> };
  tokens: { input: number; output: number };
  /** Breaches of GitHub's API description, and failures of the local world. Both must be 0. */
  violations: number;
  worldErrors: number;
  sandbox: string;
  agent: string;
  model: 'scripted' | 'live';
  durationMs: number;
};

export async function report(
  scene: Scene,
  ending: Ending,
  about: { progress: Progress; sandbox: string; agent: string; live: boolean; durationMs: number },
): Promise<{ report: Report; comment: string | undefined }> {
  const { world, repo } = scene;
  const will = world.person('will');
  const head = ending.head ?? (ending.pull === undefined ? undefined : (await will.pull(repo, ending.pull)).head.sha);
  const checks = head === undefined ? [] : await will.checks(repo, head);
  const comments = ending.pull === undefined ? [] : await will.comments(repo, ending.pull);
  const asked = world.requests.slice(ending.requestsBefore ?? 0).filter(({ mint }) => !mint);
  const byRoute: Record<string, number> = {};
  for (const { route } of asked) byRoute[route] = (byRoute[route] ?? 0) + 1;
  return {
    comment: ending.pull === undefined ? undefined : await sticky(scene, ending.pull),
    report: {
      outcome: ending.outcome,
      issue: ending.issue,
      pull: ending.pull ?? null,
      mergeSha: ending.mergeSha ?? null,
      checks: Object.fromEntries(checks.map(({ name, conclusion, status }) => [name, conclusion ?? status])),
      stickyComments: comments.filter(({ body }) => body.includes('<!-- gantry:policy -->')).length,
      timeline: about.progress.timeline(),
      requests: { total: asked.length, contentWrites: asked.filter(({ method }) => method !== 'GET').length, byRoute },
      tokens: (await ticket(scene, ending.issue))?.tokens ?? { input: 0, output: 0 },
      violations: world.violations.length,
      worldErrors: world.errors.length,
      sandbox: about.sandbox,
      agent: about.agent,
      model: about.live ? 'live' : 'scripted',
      durationMs: Math.round(about.durationMs),
    },
  };
}

export function page({ report: told, comment }: { report: Report; comment: string | undefined }): string {
  const rows = (table: Record<string, string | number>) =>
    Object.entries(table)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `  ${String(value).padEnd(16)} ${name}`)
      .join('\n');
  return [
    `\nOutcome: ${told.outcome} after ${(told.durationMs / 1_000).toFixed(1)} s`,
    told.pull === null
      ? ''
      : `Pull request #${told.pull} for issue #${told.issue}${told.mergeSha ? `, merged as ${told.mergeSha.slice(0, 8)}` : ''}`,
    told.pull === null ? '' : `\nChecks\n${rows(told.checks)}`,
    comment === undefined ? '' : `\nThe policy comment (${told.stickyComments})\n\n${comment.replace(/^/gm, '  │ ')}`,
    `\nRequests to GitHub: ${told.requests.total}, of which ${told.requests.contentWrites} write\n${rows(told.requests.byRoute)}`,
    `\nTokens, as the gateway counted them: ${told.tokens.input} in, ${told.tokens.output} out`,
    told.violations + told.worldErrors > 0
      ? `\n${told.violations} requests broke GitHub's description, ${told.worldErrors} errors in the local world`
      : '',
  ]
    .filter((part) => part !== '')
    .join('\n');
}
