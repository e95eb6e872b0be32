// Who lives in the world: the organisation acme, six people with six different rights, our App and GitHub Actions.
import { generateKeyPair } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { SeedConfig } from 'emulate';
import { parse } from 'yaml';

export const APP = { id: 12345, slug: 'gantry', installationId: 100, webhookSecret: 'the-worlds-webhook-secret' };
/** The App whose installation tokens are the jobs' GITHUB_TOKEN. */
export const ACTIONS_APP = { id: 15368, slug: 'github-actions', installationId: 200 };

/** Login → name and the role a new repository of acme gives them (`none`: a stranger, who can only read what is public). */
export const PEOPLE = {
  'root-admin': { name: 'Root Admin', role: 'admin' },
  mona: { name: 'Mona Requester', role: 'push' },
  will: { name: 'Will Approver', role: 'push' },
  tess: { name: 'Tess Triage', role: 'triage' },
  rita: { name: 'Rita Reader', role: 'pull' },
  sam: { name: 'Sam Stranger', role: 'none' },
};

/** The App as app.yml registers it, and `member`, which this organisation has added in the App's settings. */
const manifest = parse(readFileSync(path.join(import.meta.dirname, '..', '..', 'app.yml'), 'utf8')) as {
  default_permissions: Record<string, 'read' | 'write'>;
  default_events: string[];
};
const ACTIONS_PERMISSIONS = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  deployments: 'write',
  issues: 'write',
  pull_requests: 'write',
  statuses: 'write',
};

// One key per process, begun while the rest of the modules load: making it is the slowest part of a start.
const keyPair = promisify(generateKeyPair)('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** The App's private key, PEM. */
export const appPrivateKey = async (): Promise<string> => (await keyPair).privateKey;

export const tokenOf = (login: string): string => `tok_${login}`;

export async function seed(): Promise<SeedConfig> {
  const logins = Object.keys(PEOPLE);
  const key = await appPrivateKey();
  const app = (about: { id: number; slug: string; installationId: number }, name: string, rest: object) => ({
    app_id: about.id,
    slug: about.slug,
    name,
    private_key: key,
    ...rest,
    installations: [{ installation_id: about.installationId, account: 'acme', repository_selection: 'all' }],
  });
  return {
    tokens: Object.fromEntries(
      logins.map((login) => [tokenOf(login), { login, scopes: ['repo', 'workflow', 'admin:org'] }]),
    ),
    github: {
      users: Object.entries(PEOPLE).map(([login, { name }]) => ({ login, name })),
      orgs: [{ login: 'acme', members: [{ login: 'root-admin', role: 'admin' }] }],
      repos: [],
      apps: [
        app(APP, 'Gantry', {
          webhook_secret: APP.webhookSecret,
          permissions: manifest.default_permissions,
          events: [...manifest.default_events, 'member'],
        }),
        app(ACTIONS_APP, 'GitHub Actions', { permissions: ACTIONS_PERMISSIONS, events: [] }),
      ],
    },
  };
}
