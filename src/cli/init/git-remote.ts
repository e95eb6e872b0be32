// What git knows of remotes: where a checkout came from, and the newest commit of the mirror. No network but ls-remote.
import { execFile } from 'node:child_process';
import os from 'node:os';
import { promisify } from 'node:util';
import { Permanent } from '../../errors.ts';
import { commitId } from './caller.ts';

const exec = promisify(execFile);
const mostSeconds = 30;

export type Origin = { owner: string; name: string };

/** Undefined where the folder is no checkout, or its origin is no `…/owner/name`. Reads configuration only, which runs nothing. */
export async function originOf(dir: string): Promise<Origin | undefined> {
  const url = await exec('git', ['config', '--get', 'remote.origin.url'], { cwd: dir }).then(
    ({ stdout }) => stdout.trim(),
    // No repository, no such remote or no git: all the same here, the caller asks for the owner.
    () => '',
  );
  const match = /[/:]([\w-]{1,39})\/([\w.-]{1,100}?)(?:\.git)?\/?$/.exec(url);
  return match?.[1] && match[2] ? { owner: match[1], name: match[2] } : undefined;
}

/** The tip of the default branch. Throws Permanent where the mirror cannot be read; git never asks for a password here. */
export async function mirrorTip(url: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const shown = withoutCredentials(url);
  const read = await exec('git', ['ls-remote', '--', url, 'HEAD'], {
    // Not in the target: its configuration could name another address for this one.
    cwd: os.tmpdir(),
    env: {
      ...env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'https:http:ssh:file',
      GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    },
    timeout: mostSeconds * 1_000,
  }).catch((error: unknown) => {
    throw new Permanent(
      `git cannot read ${shown}. Check the address and your access to it, or name the commit with --pin.`,
      { cause: error },
    );
  });
  const sha = /^([0-9a-f]{40})\tHEAD$/m.exec(read.stdout)?.[1];
  if (sha === undefined)
    throw new Permanent(`${shown} has no commit yet. Push Gantry's repository there, or name the commit with --pin.`);
  return commitId(sha);
}

const withoutCredentials = (url: string): string => url.replace(/\/\/[^/@]*@/, '//').slice(0, 200);
