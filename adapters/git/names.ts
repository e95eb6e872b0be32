// What may reach git's command line: checked spellings only, so nothing is taken for an option or a second argument.
import { join } from 'node:path';
import { Bug } from '../../src/errors.ts';
import type { GitRepo } from './contract.ts';

const check = (good: boolean, what: string, value: string): string => {
  if (!good) throw new Bug(`Not ${what}: ${JSON.stringify(value.slice(0, 200))}`);
  return value;
};

export const sha = (value: string): string => check(/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value), 'a full sha', value);

/** As git's check-ref-format, with a smaller alphabet. */
const isRef = (value: string): boolean =>
  /^refs\/[A-Za-z0-9._/+@=#-]+$/.test(value) &&
  !/\.\.|\/\/|\/\.|@\{|\.lock(\/|$)|[./]$/.test(value) &&
  value.length < 250;

export const ref = (value: string): string => check(isRef(value), 'a full ref name', value);

/** The one place a push may go (trust.md 3). */
export const gantryBranch = (value: string): string =>
  check(/^gantry\/[A-Za-z0-9]/.test(value) && isRef(`refs/heads/${value}`), 'a branch below gantry/', value);

export const remoteUrl = (repo: GitRepo, allowFile: boolean): string => {
  const url = URL.parse(repo.url);
  const known = url !== null && (/^https?:$/.test(url.protocol) || (allowFile && url.protocol === 'file:'));
  return check(known && url.username === '' && url.password === '', 'an http(s) URL without credentials', repo.url);
};

export const mirrorDirectory = (dataDir: string, repo: GitRepo): string =>
  join(dataDir, 'git', `${check(/^[A-Za-z0-9_-]{1,100}$/.test(repo.id), 'a repository id', repo.id)}.git`);
