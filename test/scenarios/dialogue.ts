// A dialogue with the whole system: people speak on the local GitHub, and what Gantry answers is read from there.
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach } from 'vitest';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import type { TicketState } from '../../src/decide/ticket/state.ts';
import type { StageName } from '../../src/facts/stage.ts';
import { ticketStream } from '../../src/facts/stream.ts';
import { readStream } from '../../src/journal/stream.ts';
import { openScene, type Scene, type SceneOptions } from '../scene/scene.ts';
import { until } from '../scene/until.ts';
import type { CheckRunJson, CommentJson, PullJson } from '../world/github-json.ts';
import type { Person } from '../world/person.ts';
import { freshPglite } from '../world/pglite.ts';
import { readyIssue } from './issues.ts';

export { readyIssue, thinIssue } from './issues.ts';

export type Dialogue = Scene & {
  mona: Person;
  will: Person;
  tess: Person;
  rita: Person;
  sam: Person;
  root: Person;
  /** Opens the fixture's ready issue as mona, or another text, and labels it. */
  ask(text?: { title: string; body: string }): Promise<number>;
  ticket(issue: number): Promise<TicketState>;
  /** Waits until the ticket is in one of these stages. */
  stage(issue: number, ...names: StageName[]): Promise<TicketState>;
  /** Waits for the plan's pull request and the line that approves it. */
  plan(issue: number): Promise<{ pull: PullJson; digest: string; line: string }>;
  sticky(pull: number): Promise<string>;
  stickies(pull: number): Promise<CommentJson[]>;
  /** Gantry's comments on an issue or pull request, the sticky one left out. */
  said(number: number): Promise<string[]>;
  /** Waits until Gantry has answered this comment and returns the answer. */
  answered(number: number, comment: number): Promise<string>;
  reactions(comment: number): Promise<string[]>;
  checks(sha: string): Promise<Record<string, string>>;
  gate(sha: string): Promise<CheckRunJson | undefined>;
  /** Nothing moves any more: no webhook, no job, no run. */
  quiet(): Promise<void>;
};

export const agentsDir = process.env.GANTRY_AGENTS_DIR ?? path.join(os.homedir(), '.cache', 'gantry', 'agents');

const box = await createBubblewrap().available();
if (!box.ok) console.warn(`scenarios run without a box here: ${box.why}`);

const open: Scene[] = [];

/** Opens a world of its own; it is checked and closed after the test. */
export async function dialogue(options: Partial<SceneOptions> = {}): Promise<Dialogue> {
  const scene = await openScene({
    agentsDir,
    sandbox: box.ok ? 'bubblewrap' : 'none',
    where: options.where ?? (await freshPglite()),
    ...options,
  });
  open.push(scene);
  const { world, app, repo } = scene;
  const [mona, will, tess, rita, sam, admin] = ['mona', 'will', 'tess', 'rita', 'sam', 'root-admin'].map((login) =>
    world.person(login),
  );
  if (!mona || !will || !tess || !rita || !sam || !admin) throw new Error('somebody is missing');

  const ticket = async (issue: number) => {
    const row = await readStream(app.journal.db, ticketStream(world.repo(repo)?.id ?? 0, issue));
    return (row?.state ?? { stage: { name: 'idle' } }) as TicketState;
  };
  const comments = (number: number) => mona.comments(repo, number);
  const stickies = async (pull: number) =>
    (await comments(pull)).filter(({ body }) => body.includes('<!-- gantry:policy -->'));
  const sticky = async (pull: number) => (await stickies(pull))[0]?.body ?? '';
  return {
    ...scene,
    mona,
    will,
    tess,
    rita,
    sam,
    root: admin,
    async ask(text = readyIssue) {
      const { number } = await mona.openIssue(repo, text);
      await mona.label(repo, number, 'ai-ready');
      return number;
    },
    ticket,
    async stage(issue, ...names) {
      let last: TicketState | undefined;
      try {
        return await until(`ticket #${issue} to be ${names.join(' or ')}`, async () => {
          last = await ticket(issue);
          return names.includes(last.stage.name) && last;
        });
      } catch (error) {
        throw new Error(`the ticket is ${JSON.stringify(last?.stage)}\n${problems(scene)}`, { cause: error });
      }
    },
    async plan(issue) {
      const pull = await until('the plan pull request', async () =>
        (await mona.pulls(repo)).find(({ head }) => head.ref.startsWith(`gantry/${issue}-`)),
      );
      const line = await until(
        'the line that approves',
        async () => /^\/approve-plan [0-9a-f]{64}$/m.exec(await sticky(pull.number))?.[0],
      );
      return { pull, line, digest: line.slice('/approve-plan '.length) };
    },
    sticky,
    stickies,
    said: async (number) =>
      (await comments(number))
        .filter(({ user, body }) => user.type === 'Bot' && !body.includes('<!-- gantry:policy -->'))
        .map(({ body }) => body),
    answered: (number, comment) =>
      until(
        `an answer to comment ${comment}`,
        async () =>
          (await comments(number)).find(({ body }) => body.includes(`<!-- gantry:reply:${comment} -->`))?.body,
      ),
    async reactions(comment) {
      const { json } = await mona.request<{ content: string }[]>(
        'GET',
        `/repos/${repo}/issues/comments/${comment}/reactions`,
      );
      return json.map(({ content }) => content).sort();
    },
    checks: async (sha) =>
      Object.fromEntries(
        (await mona.checks(repo, sha)).map(({ name, conclusion, status }) => [name, conclusion ?? status]),
      ),
    gate: async (sha) => (await mona.checks(repo, sha)).find(({ name }) => name === 'harness/gate'),
    quiet: () => quiet(scene),
  };
}

/** A job that is being worked on counts as well. */
const queues = ['translate', 'react', 'perform', 'converge', 'dead'];

/** Everything that is under way has come to its end: asked for twice in a row, since one thing may start the next. */
async function quiet({ world, app }: Scene): Promise<void> {
  let calm = 0;
  await until('the system to be quiet', async () => {
    await world.settle();
    const pending = await app.journal.db.selectFrom('fact').select('id').where('seq', 'is', null).executeTakeFirst();
    const jobs =
      await sql`select 1 from pgboss.job where name = any(${queues}) and state in ('created', 'retry', 'active') limit 1`.execute(
        app.journal.db,
      );
    const active = [...world.actions.runs.values()].some(({ row }) => row.status !== 'completed');
    calm = pending || active || jobs.rows.length > 0 ? 0 : calm + 1;
    return calm >= 3;
  });
}

const problems = ({ log }: Scene): string =>
  log
    .filter((line) => /"level":(?:40|50|60)/.test(line))
    .slice(-10)
    .join('');

afterEach(async () => {
  const scenes = open.splice(0);
  for (const scene of scenes) await scene.close();
  for (const { world } of scenes) {
    if (world.errors.length > 0) throw new Error(`the local world failed: ${world.errors.map(String).join('\n')}`);
    if (world.violations.length > 0)
      throw new Error(`requests that break GitHub's description: ${JSON.stringify(world.violations, null, 2)}`);
  }
});
