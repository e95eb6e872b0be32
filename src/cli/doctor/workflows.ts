// Workflows that a push by the App would start with secrets, a token that can write or a machine of one's own (trust.md 2).
import { isRisky } from '../../effects/gather/risky-workflows.ts';
import type { Policy } from '../../facts/policy.ts';
import { printable } from '../printable.ts';
import { type Finding, ok, open, wrong } from './finding.ts';

export const workflowFolder = '.github/workflows';
export const isWorkflow = (name: string): boolean => /\.ya?ml$/.test(name);

/** `text` undefined: it could not be read, which counts as risky. `push` undefined: the policy is not known. */
export function judgeWorkflows(
  files: readonly { name: string; text: string | undefined }[],
  push: Policy['push'] | undefined,
): Finding[] {
  const risky = files.filter(({ text }) => isRisky(text)).map(({ name }) => printable(name, 100));
  if (risky.length === 0)
    return [
      ok('push', 'no workflow that a push starts has secrets, a write token or a runner that is not GitHub-hosted'),
    ];
  const fix =
    'In what a push or pull request starts, state `permissions: contents: read`, name a GitHub-hosted runner in each job, and use no secrets, environments or called workflows';
  return risky.map((name) =>
    push === 'after-verify'
      ? wrong(
          'push',
          `${name} may run what an agent wrote with secrets, a write token or your own runner, and the policy says push: after-verify`,
          `${fix}, or set push: ask`,
        )
      : open(
          'push',
          `${name} may run with secrets, a write token or your own runner, so each push waits for a person's /run-ci`,
          fix,
        ),
  );
}
