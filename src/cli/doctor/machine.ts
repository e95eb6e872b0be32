// What this machine must have before any credential is used: settings, Node, git, a box, a database.
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Sandbox } from '../../../adapters/sandbox/contract.ts';
import type { EnvRead } from '../../config/env.ts';
import type { Where } from '../../journal/open-database.ts';
import { fromRegistration } from '../setup/settings-file.ts';
import { type Finding, ok, open, wrong } from './finding.ts';

const exec = promisify(execFile);
const leastNode = 24;
const connectMs = 5_000;

export function settings(read: EnvRead): Finding[] {
  if (read.status === 'ok')
    return [ok('settings', `complete for App ${read.env.app.id}`), ...publicUrl(read.env.http.publicUrl)];
  return read.problems.map(({ name, problem }) =>
    wrong(
      'settings',
      problem.split('\n')[0] ?? name,
      fromRegistration.includes(name) ? '`npm run setup` writes it' : '.env.example explains it',
    ),
  );
}

function publicUrl(url: string): Finding[] {
  if (new URL(url).protocol === 'https:') return [];
  return [
    open(
      'settings',
      `PUBLIC_URL is ${url}: only runners on this machine reach it`,
      'Set PUBLIC_URL to the https address of this server',
    ),
  ];
}

export function nodeVersion(version: string): Finding {
  const major = Number(version.split('.')[0]);
  return major >= leastNode
    ? ok('node', `Node ${version}`)
    : wrong(
        'node',
        `Node ${version} is too old`,
        `Use Node ${leastNode} or newer; on Linux and Windows \`npm ci\` brings it and npm scripts use it`,
      );
}

export async function git(): Promise<Finding> {
  return exec('git', ['--version'], { timeout: 10_000 }).then(
    ({ stdout }) => ok('git', stdout.trim()),
    () => wrong('git', 'git cannot be started', 'Install git and put it on PATH'),
  );
}

export async function box(sandbox: Pick<Sandbox, 'name' | 'available'>): Promise<Finding> {
  const available = await sandbox.available();
  return available.ok
    ? ok('box', `${sandbox.name} can make a box`)
    : wrong(
        'box',
        available.why.replace(/\.$/, ''),
        'Put that right: what agents write is inspected and verified in a box only',
      );
}

export async function database(where: Where): Promise<Finding> {
  return where.kind === 'postgres' ? server(where.url) : embedded(where.folder);
}

async function server(connectionString: string): Promise<Finding> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: connectMs });
  // A connection that breaks after it was made also fails the query; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return ok('database', `Postgres ${rows[0]?.server_version ?? ''} answers`);
  } catch (error) {
    // The code only: a message may quote the address, and that holds the password.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    return wrong(
      'database',
      `the server in DATABASE_URL cannot be used (${code})`,
      'Check host, port, database and password in DATABASE_URL',
    );
  } finally {
    await client.end().catch(() => {
      // It never connected, or is gone: there is nothing left to end.
    });
  }
}

/** Looks only: opening the embedded database would make it, or take it from the app. */
function embedded(folder: string): Finding {
  if (!existsSync(folder)) return ok('database', `embedded, to be made in ${folder} at the first start`);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    // Why it is refused is the operating system's to say; the fix is the same.
    const fix = 'Give this user write access to DATA_DIR, or name another folder';
    return wrong('database', `the folder ${folder} cannot be written`, fix);
  }
  const fix = 'Set DATABASE_URL to a Postgres server for production';
  return open('database', `embedded in ${folder}: for one process, and not safe against a loss of power`, fix);
}
