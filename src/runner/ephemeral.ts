// Does GitHub give this runner one job and no other? The runner program says so in its own settings file, `.runner`, which lies
// above its programs and is read before anything of a repository is here. What cannot be read counts as no.
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Written by config.sh in camel case with a boolean, by a just-in-time configuration in Pascal case with a text. */
const Settings = z.record(z.string(), z.unknown());

/**
 * `parent`: the process that started the job's steps, which is `ROOT/bin…/Runner.Worker`. `temp`: RUNNER_TEMP, by default
 * `ROOT/_work/_temp`.
 */
export const isEphemeral = (parent: number, temp: string | undefined): boolean =>
  rootsOf(parent, temp).some((root) => saysEphemeral(join(root, '.runner')));

function rootsOf(parent: number, temp: string | undefined): string[] {
  const roots = temp === undefined ? [] : [dirname(dirname(temp))];
  try {
    return [dirname(dirname(realpathSync(`/proc/${parent}/exe`))), ...roots];
  } catch {
    // Of another user, or no such file system: then only the usual place is looked at.
    return roots;
  }
}

function saysEphemeral(file: string): boolean {
  try {
    const settings = Settings.parse(JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, '')));
    return Object.entries(settings).some(
      ([name, value]) => name.toLowerCase() === 'ephemeral' && String(value).toLowerCase() === 'true',
    );
  } catch {
    // No runner lies there, or one of a form that is not known.
    return false;
  }
}
