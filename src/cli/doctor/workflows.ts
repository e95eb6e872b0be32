// Workflows that a push by the App would start with secrets, an identity token or a token that can write (trust.md 2).
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
    return [ok('push', 'no workflow that a push starts has secrets, an identity token or a write token')];
  const fix = 'State `permissions: contents: read` in it and keep secrets out of what a push or pull request starts';
  return risky.map((name) =>
    push === 'after-verify'
      ? wrong(
          'push',
          `${name} runs what an agent wrote with secrets, an identity token or a write token, and the policy says push: after-verify`,
          `${fix}, or set push: ask`,
        )
      : open(
          'push',
          `${name} would run with secrets, an identity token or a write token, so each push waits for a person's /run-ci`,
          fix,
        ),
  );
}
