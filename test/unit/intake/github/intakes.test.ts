// Every intake file on GitHub's own recorded payloads, and on payloads that are not what GitHub documents.
import examples from '@octokit/webhooks-examples' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import { ZodError } from 'zod';
import { parseFact } from '../../../../src/facts/fact.ts';
import type { Heard, Intake } from '../../../../src/intake/github/contract.ts';
import { intakes } from '../../../../src/intake/github/index.ts';

type Recorded = { name: string; examples: { action?: string; installation?: { id: number } }[] };
/** The package's own types leave out what most events lack, so the payloads are read as plain JSON. */
const recorded: Recorded[] = JSON.parse(JSON.stringify(examples));
const self = { botId: 4242 };

/** The recorded payloads of an event that an App would get: those have the installation. */
const payloadsOf = ({ event, actions }: Intake): object[] =>
  (recorded.find(({ name }) => name === event)?.examples ?? [])
    .filter(({ action }) => !actions || actions.includes(action ?? ''))
    .map((payload) => ({ ...payload, installation: { id: payload.installation?.id ?? 7 } }));

const hear = (event: string, payload: object): Heard[] => {
  const intake = intakes.find((one) => one.event === event);
  if (!intake) throw new Error(`nothing listens to ${event}`);
  return intake.translate(payload, self);
};

/** A recorded payload of this event and action, changed. */
const like = (event: string, action: string | undefined, change: object): object => {
  const found = recorded.find(({ name }) => name === event)?.examples.find((one) => one.action === action);
  if (!found) throw new Error(`no recorded ${event}.${action}`);
  return merged(structuredClone({ ...found, installation: { id: 7 } }), change);
};

function merged(into: object, change: object): object {
  const target = into as Record<string, unknown>;
  for (const [key, value] of Object.entries(change)) {
    const old = target[key];
    target[key] =
      typeof value === 'object' && value !== null && typeof old === 'object' && old !== null
        ? merged(old, value)
        : value;
  }
  return target;
}

describe.each(intakes.map((intake) => [intake.event, intake] as const))('%s', (event, intake) => {
  test('recorded payloads become facts of the vocabulary, the same key each time', () => {
    for (const payload of payloadsOf(intake)) {
      const heard = intake.translate(payload, self);
      for (const one of heard) if (one.to === 'stream') expect(parseFact(one.stream, one.fact)).toEqual(one.fact);
      expect(intake.translate(payload, self)).toEqual(heard);
    }
  });

  test.each([
    null,
    [],
    'text',
    {},
    { action: 'labeled' },
    { action: 'opened', installation: { id: 'x' }, repository: {} },
  ])('%j is refused', (payload) => {
    expect(() => intake.translate(payload, self)).toThrow(ZodError);
    expect(event).toBe(intake.event);
  });
});

describe('issues', () => {
  test('only our labels are heard, with the issue as it was', () => {
    const payload = like('issues', 'labeled', {
      label: { name: 'ai-ready' },
      issue: { title: 'T', body: '## Acceptance criteria\n\n- It works', number: 12 },
    });
    expect(hear('issues', payload)).toMatchObject([
      {
        to: 'stream',
        fact: {
          type: 'IssueLabeled',
          label: 'ai-ready',
          issue: { title: 'T', criteria: [{ id: 'AC-1', text: 'It works' }] },
        },
      },
    ]);
    expect(hear('issues', like('issues', 'labeled', { label: { name: 'bug' } }))).toEqual([]);
  });
});

describe('issue_comment', () => {
  const said = (body: string, change: object = {}) =>
    hear(
      'issue_comment',
      like('issue_comment', 'created', {
        comment: { body, user: { id: 1 } },
        sender: { id: 1, type: 'User' },
        ...change,
      }),
    );

  test('a command on an issue is told to the ticket, on a pull request to the pull', () => {
    expect(said('/retry')).toMatchObject([
      {
        stream: expect.stringMatching(/^ticket:/),
        fact: { type: 'CommandGiven', command: { name: 'retry' }, viaApp: false },
      },
    ]);
    const [onPull] = said('/retry', { issue: { pull_request: { url: 'x' } } });
    expect(onPull).toMatchObject({ stream: expect.stringMatching(/^pull:/) });
  });

  test('text, code and quotes say nothing; a near miss and bad arguments are answered once', () => {
    expect(said('please /retry')).toEqual([]);
    expect(said('`/retry`')).toEqual([]);
    expect(said('> /retry')).toEqual([]);
    expect(said('/tmp is full')).toEqual([]);
    expect(said('/retri')).toMatchObject([
      { fact: { type: 'CommandMisread', suggestion: expect.stringContaining('retry') } },
    ]);
    expect(said('/verify abc\n/retri')).toHaveLength(1);
  });

  test('our own comments and words put into somebody else’s mouth are not heard', () => {
    expect(said('/retry', { sender: { id: self.botId, type: 'Bot' } })).toEqual([]);
    expect(said('/retry', { comment: { body: '/retry', user: { id: 2 } } })).toEqual([]);
  });

  test('an edited comment gives no command, it only says that it changed', () => {
    const edited = like('issue_comment', 'edited', { comment: { body: '/approve-plan' } });
    expect(hear('issue_comment', edited)).toMatchObject([{ fact: { type: 'CommentChanged', how: 'edited' } }]);
  });
});

describe('pull_request', () => {
  const opened = (change: object) => hear('pull_request', like('pull_request', 'opened', { pull_request: change }))[0];

  test('ours are told by author, branch and repository, all three', () => {
    const id = 5;
    const ours = { user: { id: self.botId }, head: { ref: 'gantry/17-a-title', repo: { id } }, base: { repo: { id } } };
    expect(opened(ours)).toMatchObject({ fact: { pull: { origin: 'gantry', issue: 17 } } });
    expect(opened({ ...ours, user: { id: 1 } })).toMatchObject({ fact: { pull: { origin: 'people' } } });
    expect(opened({ ...ours, head: { ref: 'gantry/17-a-title', repo: { id: 6 } } })).toMatchObject({
      fact: { pull: { origin: 'fork' } },
    });
    expect(opened({ ...ours, head: { ref: 'fix/17-a-title', repo: { id } } })).toMatchObject({
      fact: { pull: { origin: 'people' } },
    });
    expect(opened({ ...ours, head: { ref: 'gantry/17-a-title', repo: null } })).toMatchObject({
      fact: { pull: { origin: 'fork' } },
    });
  });
});

describe('push', () => {
  const pushed = (ref: string, more: object = {}) =>
    hear('push', like('push', undefined, { ref, deleted: false, ...more }));

  test('moves of branches are told to everything that is open, ours and tags to nobody', () => {
    expect(pushed('refs/heads/release/1.x')).toMatchObject([
      { to: 'open', fact: { type: 'BaseMoved', ref: 'release/1.x' } },
    ]);
    expect(pushed('refs/heads/gantry/1-x')).toEqual([]);
    expect(pushed('refs/tags/v1')).toEqual([]);
    expect(pushed('refs/heads/main', { deleted: true })).toEqual([]);
  });
});

describe('workflow_run', () => {
  const completed = (title: string, change: object = {}) =>
    hear(
      'workflow_run',
      like('workflow_run', 'completed', {
        repository: { id: 5 },
        workflow_run: { display_title: title, event: 'workflow_dispatch', run_attempt: 1, ...change },
      }),
    );

  test('only the first attempt of a run of ours in its own repository is heard', () => {
    expect(completed('gantry plan 5-12-1')).toMatchObject([
      { stream: 'ticket:5#12', fact: { type: 'RunLost', run: '5-12-1' } },
    ]);
    expect(completed('gantry plan 6-12-1')).toEqual([]);
    expect(completed('gantry plan 5-12-1', { run_attempt: 2 })).toEqual([]);
    expect(completed('gantry plan 5-12-1', { event: 'push' })).toEqual([]);
    expect(completed('Deploy')).toEqual([]);
  });
});

describe('merge_group', () => {
  test('the pull request is read from the queue’s branch name', () => {
    const payload = (ref: string) =>
      like('push', undefined, { action: 'checks_requested', merge_group: { head_sha: 'a'.repeat(40), head_ref: ref } });
    const [heard] = hear('merge_group', payload(`refs/heads/gh-readonly-queue/main/pr-104-${'b'.repeat(40)}`));
    expect(heard).toMatchObject({
      stream: expect.stringMatching(/^pull:\d+#104$/),
      fact: { type: 'GroupRequested', sha: 'a'.repeat(40) },
    });
    expect(hear('merge_group', payload('refs/heads/main'))).toEqual([]);
  });
});
