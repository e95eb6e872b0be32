// A second run goes on with what the first one's agent remembers: kept by one job, given to the next, unpacked in its box.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { createUnboxed } from '../../../adapters/sandbox/none.ts';
import type { CommandOf } from '../../../src/decide/command.ts';
import { conversationOf } from '../../../src/effects/dispatch/conversation-of.ts';
import type { Conversation } from '../../../src/facts/conversation.ts';
import { Policy } from '../../../src/facts/policy.ts';
import type { Assignment } from '../../../src/facts/run.ts';
import { readArtifact } from '../../../src/journal/artifact.ts';
import { restoreConversation } from '../../../src/runner/agent/conversation.ts';
import { createJobLog } from '../../../src/runner/job-log.ts';
import { installFakeCodex } from './fake-codex.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { type Plane, rightClaims, startPlane } from './plane.ts';
import { startJob } from './program.ts';

const box = await createBubblewrap().available();
const sandboxes = [
  { sandbox: 'none', why: '' },
  { sandbox: 'bubblewrap', why: box.ok ? '' : box.why },
] as const;

let plane: Plane;
let target: GitServer;
let agents: ReturnType<typeof installFakeCodex>;
let base: string;
let next = 1;

beforeAll(async () => {
  [plane, target] = await Promise.all([
    startPlane(),
    startGitServer(join(import.meta.dirname, '../../fixtures/target')),
  ]);
  agents = installFakeCodex();
  base = target.push();
});
afterAll(async () => {
  await Promise.all([plane.close(), target.close()]);
  agents.remove();
  expect(plane.errors).toEqual([]);
});

type Asked = { prompt: string; args: string[]; remembers?: string | null; config: string | null };

/** One job of issue 12, from claim to submission, and what its agent asked the model. */
async function play(sandbox: 'none' | 'bubblewrap', over: Partial<Assignment>) {
  const n = next++;
  const run = `run-${n}`;
  const asked: Asked[] = [];
  plane.state.gateway = async (request) => {
    asked.push((await request.json()) as Asked);
    return Response.json({ files: { 'left.txt': `by ${run}\n` }, message: 'Done.' });
  };
  const call = { status: 200, errorCode: null, denied: null, complete: true, refused: false };
  plane.state.truth = async () => ({ calls: asked.map(() => call), spent: false });
  const repository = { id: 7001, fullName: 'acme/parcel-rates', gitUrl: target.url };
  const ticket = { number: n, title: 'Bulk discount', body: 'Ten percent.', criteria: [] };
  const stream = await plane.addRun({ repository, ticket, start: base, ...over, run }, 2_000 + n);
  const identity = plane.issuer.grant(rightClaims(2_000 + n));
  const end = await startJob({ run, server: plane.url, sandbox, agents: agents.directory, identity }).ended;
  expect(end.left).toEqual([]);
  const finished = (await plane.facts(stream)).find((fact) => fact.type === 'RunFinished');
  return { run, asked, log: end.log, submission: finished?.submission };
}

const policy = Policy.parse({ version: 1 });
const command: CommandOf<'DispatchRun'> = {
  ...{ type: 'DispatchRun', run: 'next', stage: 'plan', issue: 12, title: 't', body: 'a'.repeat(64), criteria: [] },
  ...{ base: 'main', policy },
};
const ports = () => ({ db: plane.journal.db, modelOf: () => ({ model: 'gpt-5.5', rate: undefined }) });
const agent = { name: 'codex' } as const;
const given = (over: Partial<typeof command> = {}, model = 'gpt-5.5') =>
  conversationOf(
    { command: { ...command, ...over }, stream: 'ticket:7001#12' },
    { ...ports(), modelOf: () => ({ model, rate: undefined }) },
    { agent, start: base },
  );

describe.each(sandboxes)('sandbox $sandbox', { timeout: 60_000 }, ({ sandbox, why }) => {
  test.skipIf(why !== '')(`the second run goes on where the first one ended ${why}`, async () => {
    const first = await play(sandbox, await given());
    const kept = first.submission?.conversation;
    if (!kept) throw new Error(first.log);
    const conversation = { run: first.run, kept };
    const second = await play(sandbox, await given({ conversation }));
    expect(second.asked[0]?.remembers).toContain('You plan one change');
    expect(second.asked[0]?.prompt).toMatch(/^You worked on this task before[\s\S]*You plan one change/);
    expect(second.asked[0]?.args).toEqual(expect.arrayContaining(['resume', kept.id]));
    expect(second.submission).toMatchObject({ outcome: { kind: 'delivered' }, conversation: { id: kept.id } });
    const evidence = await readArtifact(plane.journal.db, second.submission?.evidence ?? '');
    expect(JSON.parse(evidence?.bytes.toString() ?? '').agent).toMatchObject({ goesOn: kept.id });

    for (const other of [
      await given({ conversation, head: 'b'.repeat(40) }),
      await given({ conversation, pull: 13 }),
      await given({ conversation, body: 'b'.repeat(64) }),
      await given({ conversation }, 'gpt-5.6'),
      await given({ conversation: { run: 'nobody', kept } }),
    ])
      expect(other.conversation).toBeUndefined();
    expect(await given({ conversation, stage: 'verify' })).toEqual({});
  });

  test.skipIf(why !== '')(`of a hostile archive nothing but conversations is unpacked ${why}`, async () => {
    const used = sandbox === 'none' ? createUnboxed() : createBubblewrap();
    for (const plant of hostile) {
      const home = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-home-')));
      mkdirSync(join(home, '.codex'));
      writeFileSync(join(home, '.codex/config.toml'), 'ours');
      const session = { ...nothing, download: async () => plant() };
      const restored = { artifact: 'a'.repeat(64), id: 'session-1', version: '1' };
      await restoreConversation({ sandbox: used, session, log }, restored, { home, patterns: ['.codex/sessions'] });
      expect(readFileSync(join(home, '.codex/config.toml'), 'utf8')).toBe('ours');
      expect(readdirSync(home)).toEqual(['.codex']);
      rmSync(home, { recursive: true });
    }
  });
});

test('another version of the CLI, or an archive that is gone, begins anew', async () => {
  const kept: Conversation = { artifact: 'f'.repeat(64), id: 'session-1', version: '0.169.0' };
  for (const conversation of [kept, { ...kept, version: '0.1.0' }]) {
    const { asked, submission } = await play('none', { conversation });
    expect(submission?.outcome.kind).toBe('delivered');
    expect(asked[0]?.args).not.toContain('resume');
    expect(asked[0]?.prompt).toMatch(/^You plan one change/);
  }
});

const unused = async (): Promise<never> => {
  throw new Error('not asked for here');
};
const nothing = { heartbeat: unused, upload: unused, download: unused, truth: unused, submit: unused };
const log = createJobLog(() => undefined, undefined);

/** Archives that carry settings of the CLI: beside the conversation, above it, and behind a link that comes first. */
const hostile = [
  () => archive({ '.codex/config.toml': 'evil', '.codex/sessions/2026/session-1.jsonl': 'hello' }),
  () => archive({ '.codex/config.toml': 'evil' }, ['--transform=s,.codex/config,.codex/sessions/../config,']),
  () => archive({ up: '..', '.codex/sessions/up/config.toml': 'evil' }),
];

function archive(files: Record<string, string>, options: readonly string[] = []): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-hostile-'));
  try {
    const { up, ...plain } = files;
    for (const [name, text] of Object.entries(plain)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    if (up === undefined) return tar(folder, [...options, './.codex']);
    const link = mkdtempSync(join(tmpdir(), 'gantry-hostile-'));
    mkdirSync(join(link, '.codex/sessions'), { recursive: true });
    symlinkSync(up, join(link, '.codex/sessions/up'));
    try {
      return tar(link, ['./.codex/sessions/up', '-C', folder, './.codex/sessions/up/config.toml']);
    } finally {
      rmSync(link, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const tar = (folder: string, args: readonly string[]): Buffer =>
  execFileSync('tar', ['--create', '--file=-', '-C', folder, ...args]);
