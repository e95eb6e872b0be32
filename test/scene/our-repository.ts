// Gantry's own repository as a customer's organisation mirrors it: what a runner checks out.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Only what a run needs; tests and docs stay at home. */
const needed =
  /^(?:src|adapters|checks)\/|^\.github\/workflows\/gantry\.yml$|^package(?:-lock)?\.json$|^tsconfig\.json$/;

export function ourRepository(): Record<string, Buffer> {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 50_000_000,
  });
  const paths = listed
    .toString('utf8')
    .split('\0')
    .filter((name) => needed.test(name) && existsSync(path.join(root, name)));
  return Object.fromEntries(paths.map((name) => [name, readFileSync(path.join(root, name))]));
}
