// Why work on an issue was not started, or was stopped.
import { atLeast, Role } from '../../facts/person.ts';
import type { Data } from '../fill.ts';

/** "none" is no permission at all; an unknown word is shown as it is. */
export const asPermission = (role: string | undefined): string => (role === 'none' ? 'no' : '{role}');

const mayWrite = (data: Data): boolean => {
  const role = Role.safeParse(data.role);
  return role.success && atLeast(role.data, 'write');
};

export const start = {
  'policy-broken':
    'Nothing was started: `.github/harness.yml` on the default branch has problems.\n\n- {problems}\n\nCorrect the file there, then type `/retry`.',
  'start-needs-write': (data: Data) =>
    mayWrite(data)
      ? 'Nothing was started: work is asked for by a person, and {by} is a bot. Someone with write permission takes the label `ai-ready` off and sets it again, or types `/retry`.'
      : `Nothing was started: asking for work takes write permission, and {by} has ${asPermission(data.role)} permission. Someone with write permission takes the label \`ai-ready\` off and sets it again, or types \`/retry\`.`,
  'issue-edited-by-outsider': (data: Data) =>
    `Stopped: {by} edited the issue with ${asPermission(data.role)} permission, so the label \`ai-ready\` does not cover what it says now. Someone with write permission reads the edit, then types \`/retry\`.`,
  'issue-edited':
    'The issue was edited by {by}, so what was read before is not what it says now. Read it again; `/retry` makes a new plan for it.',
  'label-removed': 'Canceled: {by} took the label `ai-ready` off. Set it again to start anew.',
  'issue-closed': 'Canceled: {by} closed the issue. Reopen it and type `/retry` to start anew.',
  'pull-closed':
    'Canceled: {by} closed the pull request without merging it. Open it again to go on with its plan, or type `/retry` to start anew.',
  'canceled-by': 'Canceled by {by}. Type `/retry` to start anew.',
};
