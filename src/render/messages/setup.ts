// What an operator has to put right before Gantry can do its work.
export const setup = {
  permission_missing:
    'The Gantry app may not do this: `{request}` needs {needs}. {detail}\n\nAn owner accepts the app’s permissions in the settings of the organisation, under GitHub Apps; then type `/retry`.',
  app_not_installed:
    'The Gantry app is not installed here, or is suspended. {detail}\n\nAn owner installs it on this repository.',
  workflow_missing:
    'No run could be started: `{file}` is not on `{ref}`, or is switched off. Run `gantry init` and merge what it writes, then type `/retry`.',
  dispatch_refused:
    'GitHub refused to start `{file}` on `{ref}`: {detail}\n\nRun `gantry init` again to renew the workflow file, then type `/retry`.',
  'env.invalid':
    'Gantry does not start: the environment is not right.\n\n- {problems}\n\nSet {names} as `.env.example` shows, then start again.',
  'runner-settings': 'The runner does not start: {problem}. It is called as `{usage}`.',
  'data-folder-in-use':
    'The data folder `{folder}` is in use by process {process}. Stop that one first, or set `DATA_DIR` to another folder.',
};
