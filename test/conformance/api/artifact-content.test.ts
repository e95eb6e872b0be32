// Work that was refused or left unfinished can be had: by whoever holds the scope, whole, and on record.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/main.ts';
import { storeArtifact } from '../../../src/journal/artifact.ts';
import { listAudit } from '../../../src/journal/audit.ts';
import { folderWith, terminal } from '../../unit/cli/terminal.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
let digest: string;
const bytes = Buffer.from('# v2 git bundle\n<script>alert(1)</script>\0\xff', 'latin1');
beforeAll(async () => {
  site = await openSite([
    { name: 'reads', scopes: ['read'], token: 'reads-only' },
    { name: 'fetches', scopes: ['artifacts'], token: 'without-read' },
    { name: 'mona', scopes: ['read', 'artifacts'], token: 'may-fetch' },
  ]);
  digest = await storeArtifact(site.journal.db, bytes, 'application/x-git-bundle');
});
afterAll(async () => {
  expect(site.errors).toEqual([]);
  await site.close();
});

const ask = (token: string, of = digest) =>
  site.ask(`/api/v1/artifacts/${of}/content`, { headers: { authorization: `Bearer ${token}` } });
const readings = async () =>
  (await listAudit(site.journal.db, { before: undefined, limit: 50 })).map(({ who, scope, action, target }) => ({
    ...{ who, scope, action, target },
  }));

test('the bytes need the scope, are no page to a browser, and their reading is in the audit', async () => {
  for (const token of ['reads-only', 'without-read']) {
    const { status, headers } = await ask(token);
    expect([status, headers.get('content-type')]).toEqual([403, 'application/problem+json']);
  }
  expect(await (await ask('reads-only')).text()).toContain('\\"artifacts\\"');
  expect(await readings()).toEqual([]);
  const answer = await ask('may-fetch');
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  expect(await readings()).toEqual([{ who: 'mona', scope: 'artifacts', action: 'read', target: `artifact:${digest}` }]);
  expect((await ask('may-fetch', '0'.repeat(64))).status).toBe(404);
  expect((await ask('may-fetch', 'xyz')).status).toBe(400);
});

test('gantry artifact writes them to a file of yours, and never over one', async () => {
  const cwd = folderWith({ 'mine.txt': 'mine' });
  const env = { GANTRY_URL: site.url, GANTRY_TOKEN: 'may-fetch' };
  const { io, out, err } = terminal({ cwd, env });
  expect(await runCli(['artifact', digest, '--out', 'work.bundle'], io)).toBe(0);
  expect(readFileSync(join(cwd, 'work.bundle')).equals(bytes)).toBe(true);
  expect(out.join('\n')).toContain('Fetch refs/heads/work from it only in a throw-away clone');
  expect(await runCli(['artifact', digest, '--out', 'mine.txt'], io)).toBe(1);
  expect(readFileSync(join(cwd, 'mine.txt'), 'utf8')).toBe('mine');
  expect(await runCli(['artifact', '0'.repeat(64), '--out', 'none'], io)).toBe(1);
  expect(await runCli(['artifact', digest], io)).toBe(1);
  expect(err.join('\n')).toMatch(/EEXIST[\s\S]*No artifact with that digest[\s\S]*--out <file>/);
});
