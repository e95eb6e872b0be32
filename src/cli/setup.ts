// `npm run setup`: registers the GitHub App from app.yml and saves its credentials.
// Not Probot's set-up pages: they answer anyone who reaches the port, on every interface, import credentials unasked and
// overwrite .env (trust.md 30). Its ManifestCreation is no part of what probot exports, prefers its own variables and the
// app.yml of the working directory, so the one request that it would save is made here.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Permanent } from '../errors.ts';
import { aborted } from './aborted.ts';
import { readAppFile } from './app-file.ts';
import { type CliCommand, type Io, readArgs } from './command.ts';
import { ownerName } from './init/caller.ts';
import { exchangeCode } from './setup/exchange-code.ts';
import { addressesOf, manifestOf } from './setup/manifest.ts';
import { namesSet, saveSettings } from './setup/settings-file.ts';
import { startSetupServer } from './setup/setup-server.ts';

const options = {
  org: { type: 'string' },
  name: { type: 'string' },
  port: { type: 'string' },
  'env-file': { type: 'string', default: fileURLToPath(new URL('../../.env', import.meta.url)) },
  force: { type: 'boolean', default: false },
} as const;

export const setup: CliCommand = {
  name: 'setup',
  summary: 'Registers the GitHub App from app.yml and saves its credentials in .env.',
  usage:
    'setup [--org acme] [--name NAME] [--port N] [--env-file FILE] [--force]\n' +
    '  --org    the organisation that will own the App (default: your own account)\n' +
    '  --name   its name, which no other App on GitHub has (default: as in app.yml; GitHub lets you change it)\n' +
    '  --port   on 127.0.0.1 (default: PORT, or 3000)\n' +
    '  --force  replaces credentials that the file already has',
  async run(args, io) {
    const { values } = readArgs(args, options);
    const file = path.resolve(io.cwd, values['env-file']);
    await refuseToReplace(file, values.force);
    const { apiUrl, serverUrl } = hostsOf(io.env);
    const org = values.org === undefined ? undefined : ownerName(values.org);
    const app = readAppFile();
    const addresses = addressesOf(io.env, org === undefined ? app.url : `${serverUrl}/${org}/gantry`);
    const server = await startSetupServer({
      port: portOf(values.port ?? io.env.PORT ?? '3000'),
      registerUrl: `${serverUrl}${org === undefined ? '' : `/organizations/${org}`}/settings/apps/new`,
      manifest: (redirect) => manifestOf(app, addresses, { name: values.name, redirect }),
      finish: async (code) => {
        const { appId, page, settings } = await exchangeCode(apiUrl, code);
        const saved = await saveSettings(file, settings, { replace: values.force });
        io.out(`App ${appId} is registered. Its credentials are in ${saved}, readable by you only.`);
        io.out(
          `Next: install it on your repositories and your mirror of Gantry (${page}/installations/new), then npm start.`,
        );
        return { install: `${page}/installations/new` };
      },
    });
    io.out(`Webhooks will go to ${addresses.hook}.`);
    io.out(`Open this address once, in your own browser: ${server.url}`);
    try {
      await Promise.race([server.done, aborted(io.signal)]);
    } finally {
      await server.close();
    }
    return io.signal.aborted ? 130 : 0;
  },
};

/** Before anything is registered: a key that GitHub shows only once must have a place. */
async function refuseToReplace(file: string, force: boolean): Promise<void> {
  const set = await namesSet(file);
  if (set.length === 0 || force) return;
  throw new Permanent(
    `${file} already sets ${set.join(', ')}. Remove them, name another file with --env-file, or replace them with --force.`,
  );
}

function hostsOf(env: Io['env']): { apiUrl: string; serverUrl: string } {
  const apiUrl = env.GITHUB_API_URL?.trim().replace(/\/+$/, '') || 'https://api.github.com';
  if (!URL.canParse(apiUrl))
    throw new Permanent(
      `GITHUB_API_URL is no address: ${JSON.stringify(apiUrl.slice(0, 100))}. Unset it for github.com.`,
    );
  const derived = apiUrl === 'https://api.github.com' ? 'https://github.com' : new URL(apiUrl).origin;
  return { apiUrl, serverUrl: env.GITHUB_SERVER_URL?.trim().replace(/\/+$/, '') || derived };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Permanent(`the port is not a number up to 65535: ${JSON.stringify(text.slice(0, 20))}.`);
}
