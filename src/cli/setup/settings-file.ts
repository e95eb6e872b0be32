// The .env file: what it sets already, and the App's own values written into it. Readable by its owner only.
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { Permanent } from '../../errors.ts';

/** What the App's registration decides. PRIVATE_KEY_PATH is the other spelling of PRIVATE_KEY. */
export const fromRegistration = [
  'APP_ID',
  'PRIVATE_KEY',
  'PRIVATE_KEY_PATH',
  'WEBHOOK_SECRET',
  'GITHUB_CLIENT_ID',
  'GITHUB_CLIENT_SECRET',
];

/** Names that the file gives a value already; none where there is no file. */
export async function namesSet(file: string): Promise<string[]> {
  const values = parseEnv(await textOf(file));
  return fromRegistration.filter((name) => values[name]);
}

/**
 * Writes the values, the file's other lines stay. Where it sets one of them already, only `replace` overwrites; else all
 * go to a new file beside it. Returns the file that holds them: GitHub shows a key only once, so they are never dropped.
 */
export async function saveSettings(
  file: string,
  values: Readonly<Record<string, string>>,
  { replace }: { replace: boolean },
): Promise<string> {
  const taken = (await namesSet(file)).length > 0;
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}`);
  if (taken && !replace) {
    const aside = `${file}.app-${values.APP_ID}`;
    await writeFile(aside, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
    return aside;
  }
  const rest = fromRegistration
    .reduce((text, name) => text.replaceAll(settingOf(name), ''), await textOf(file))
    .trimEnd();
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, `${rest === '' ? '' : `${rest}\n\n`}# Written by npm run setup.\n${lines.join('\n')}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  // The mode above is cut by the process's umask only, but says nothing on file systems that ignore it at creation.
  await chmod(fresh, 0o600);
  await rename(fresh, file);
  return file;
}

/** A whole assignment, its quotes over several lines included. */
const settingOf = (name: string): RegExp =>
  new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*(?:"[^"]*"|'[^']*'|\`[^\`]*\`|[^\\n]*)[^\\n]*\\n?`, 'gm');

/** Line ends as \n: one line each, which also Docker and systemd can read once the quotes are taken off. */
function quoted(value: string): string {
  const line = value.trim().replaceAll('\r', '').replaceAll('\n', '\\n');
  if (/["`$#]/.test(line))
    throw new Permanent('GitHub gave a value that a .env file cannot hold. Register the App by hand; README says how.');
  return /^[\w.:/+=-]+$/.test(line) ? line : `"${line}"`;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
