// What operators and administrators did: why nothing is started or changed, and what they are answered.
import type { Data } from '../fill.ts';

const subject = ({ scope = '' }: Data): string =>
  scope === 'global' ? 'Gantry is' : scope.startsWith('adapter:') ? 'Runs of `{scope}` are' : 'This repository is';

const effect = ({ mode }: Data): string =>
  mode === 'read_only'
    ? 'read-only: no run is started, and nothing is pushed, opened, labelled or merged. Checks go on.'
    : 'paused: no run is started.';

const ending = ({ until, source }: Data): string => {
  const byWhom =
    source === 'comment'
      ? 'An administrator of the repository lifts it with `/harness resume`.'
      : 'Whoever runs Gantry lifts it.';
  return until ? `It ends by itself at {until}. ${byWhom}` : byWhom;
};

const standstill = (data: Data): string =>
  `${subject(data)} ${effect(data)} By {by}: {why}\n\n${ending(data)} What waits goes on by itself then.`;

export const control = {
  standstill,
  paused:
    'This repository is paused: no run is started. Runs that are under way go on to their end, and checks go on.\n\nAn administrator types `/harness resume` to go on.',
  resumed: 'This repository goes on: what waited is started by itself.',
  'not-paused':
    'Nobody paused this repository by a comment, so there was nothing to lift. Nothing else keeps it still.',
  'still-paused': (data: Data): string => `It does not go on yet. ${standstill(data)}`,
  'run-stopped': 'Run `{run}` was stopped by {by}: {why}\n\nOnce work may go on, type `/retry`.',
  'stopped-by-operator': 'Stopped by {by}, who runs Gantry: {why}\n\n`/retry` starts anew.',
};
