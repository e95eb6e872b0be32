// Answers to commands that people typed.
import type { Data } from '../fill.ts';
import { wordsOf } from './approval.ts';
import { asPermission } from './start.ts';

const ask = '`/harness help` lists the commands.';

export const command = {
  help: 'Type one of these first on a line of a comment.',
  status: ({ stage }: Data) => `Right now ${wordsOf(stage)}. The policy comment on the pull request shows the rest.`,
  'command-by-bot': 'Commands are taken from people, not from bots.',
  'command-not-here': `\`/{command}\` cannot be used here. ${ask}`,
  'command-misread': ({ suggestion }: Data) =>
    suggestion
      ? '`{text}` could not be read: {problem}. Did you mean `{suggestion}`? Type it in a new comment: edited ones are not read again.'
      : `\`{text}\` could not be read: {problem}. Type it in a new comment: edited ones are not read again. ${ask}`,
  'command-without-ticket':
    '`/{command}` does nothing here: Gantry did not make this pull request. To have it work on something, label an issue `ai-ready`.',
  'command-needs-role': ({ role }: Data) =>
    `\`/{command}\` takes {least} permission, and {by} has ${asPermission(role)} permission. Someone with {least} permission or more may type it.`,
  'nothing-to-retry': ({ stage }: Data) =>
    `There is nothing to try again: ${wordsOf(stage)}. To begin anew, set the label \`ai-ready\` on the issue, or \`/cancel\` first what is going on.`,
  'nothing-to-cancel': 'There is nothing to cancel: no work is going on here.',
  'not-held': 'There is no hold to lift. `/harness status` says where the work stands.',
  'nothing-waits-for-ci':
    'No push waits for this. `/run-ci` is for a plan or verified work whose push would start workflows with secrets.',
  held: ({ why }: Data) =>
    why
      ? 'On hold by {by}: {why}\n\nNothing goes on until someone with write permission types `/unhold`.'
      : 'On hold by {by}. Nothing goes on until someone with write permission types `/unhold`.',
};
