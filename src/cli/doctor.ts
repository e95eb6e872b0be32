// `gantry doctor`: what is missing before the first run, one line and one fix each. It reads and changes nothing.
import path from 'node:path';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import { checkEnv, type EnvRead } from '../config/env.ts';
import { Permanent, Retryable, UserFixable } from '../errors.ts';
import { createLog } from '../log.ts';
import { sayPlainly } from '../render/messages.ts';
import { readAppFile } from './app-file.ts';
import { type CliCommand, type Io, readArgs } from './command.ts';
import { app } from './doctor/app.ts';
import { checkout } from './doctor/checkout.ts';
import { type Finding, open, wrong } from './doctor/finding.ts';
import { createDoctorGitHub } from './doctor/github.ts';
import { box, database, git, nodeVersion, settings } from './doctor/machine.ts';
import { repository } from './doctor/repository.ts';
import { commitId } from './init/caller.ts';
import { printable } from './printable.ts';
import { whereOf } from './where.ts';

const options = {
  repo: { type: 'string' },
  dir: { type: 'string' },
  pin: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const doctor: CliCommand = {
  name: 'doctor',
  summary: 'Says what is missing: settings, box, database, App, and of one repository workflow, policy and gate.',
  usage:
    'doctor [--repo owner/name] [--dir checkout] [--pin SHA] [--json]\n' +
    '  --repo  the repository as GitHub shows it (needs the settings)\n' +
    '  --dir   workflow and policy of a checkout here\n' +
    '  --pin   the commit that the workflow should name (default: the tip of the mirror, where the App is installed there)',
  async run(args, io) {
    const { values } = readArgs(args, options);
    const pin = values.pin === undefined ? undefined : commitId(values.pin);
    const about = values.repo === undefined ? undefined : { ...repositoryName(values.repo), pin };
    const read = checkEnv(io.env);
    const findings = [
      ...settings(read),
      nodeVersion(process.versions.node),
      await git(),
      await box(createBubblewrap()),
      await database(whereOf(io)),
      ...(await onGitHub(read, about)),
    ];
    if (values.dir !== undefined) {
      const server = read.status === 'ok' ? read.env.http.publicUrl : undefined;
      findings.push(...(await checkout(path.resolve(io.cwd, values.dir), { pin, server })));
    }
    report(findings, values.json, io);
    return findings.some(({ status }) => status === 'wrong') ? 1 : 0;
  },
};

async function onGitHub(read: EnvRead, about: Parameters<typeof repository>[3] | undefined): Promise<Finding[]> {
  if (read.status !== 'ok') return [open('app', 'not checked: the settings come first')];
  const { env } = read;
  const github = createDoctorGitHub(env, createLog('silent'));
  const file = readAppFile();
  const fix = 'Check APP_ID, the private key, GITHUB_API_URL and the way to that address';
  const registered = await orWhy(() => app(github, file, env.app.id));
  if (typeof registered === 'string') return [wrong('app', `GitHub does not know us: ${registered}`, fix)];
  if (!about) return [...registered, open('repository', 'none was looked at', 'Name one with --repo owner/name')];
  const found = await orWhy(() => repository(github, env, file, about));
  return [
    ...registered,
    ...(typeof found === 'string' ? [wrong('repository', `could not be read: ${found}`, fix)] : found),
  ];
}

/** What GitHub refuses, or a connection that breaks, as a sentence: the other lines still help. */
async function orWhy(look: () => Promise<Finding[]>): Promise<Finding[] | string> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof UserFixable) return sayPlainly({ id: error.messageId, data: error.data });
    if (error instanceof Permanent || error instanceof Retryable) return error.message;
    throw error;
  }
}

function repositoryName(text: string): { owner: string; name: string } {
  const match = /^([\w-]{1,39})\/([\w.-]{1,100})$/.exec(text);
  if (match?.[1] && match[2]) return { owner: match[1], name: match[2] };
  throw new Permanent(`--repo ${JSON.stringify(text.slice(0, 100))} names no repository. Write owner/name.`);
}

const symbols = { ok: '✓', wrong: '✗', open: '–' } as const;

function report(findings: readonly Finding[], json: boolean, io: Io): void {
  if (json) {
    io.out(JSON.stringify({ ok: findings.every(({ status }) => status !== 'wrong'), findings }, null, 2));
    return;
  }
  const width = Math.max(...findings.map(({ about }) => about.length));
  for (const { about, status, what, fix } of findings)
    io.out(
      printable(`${symbols[status]} ${about.padEnd(width)}  ${what}${fix === undefined ? '' : `. ${fix}`}`, 1_000),
    );
}
