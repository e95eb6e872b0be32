// What the sweep makes of an issue, its events and its last edit.
import { describe, expect, test } from 'vitest';
import type { IssueEvent } from '../../../../adapters/changes/contract.ts';
import type { IssueView } from '../../../../adapters/github/contract.ts';
import { heardOfIssue, newsOf, type ToldOfIssue } from '../../../../src/intake/clock/found-issue.ts';
import { issues } from '../../../../src/intake/github/issues.ts';

const repository = { installation: 1, id: 42, owner: 'acme', name: 'app' };
const mona = { id: 101, login: 'mona', kind: 'person' } as const;
const rita = { id: 102, login: 'rita', kind: 'person' } as const;
const issue: IssueView = {
  id: 1,
  number: 12,
  title: 'Nice',
  body: 'Make it nice.',
  state: 'open',
  author: mona,
  assignees: [],
  labels: ['ai-ready'],
  updatedAt: '2026-11-20T09:00:00Z',
  isPull: false,
  blockers: 0,
};
const labeled: IssueEvent = { id: 7, event: 'labeled', by: mona, at: '2026-11-20T09:00:00Z', label: 'ai-ready' };
const hear = (over: Partial<Parameters<typeof heardOfIssue>[2]> = {}) =>
  heardOfIssue(repository, issue, { news: [labeled], events: [labeled], told: [], lastEdit: undefined, ...over });

/** The facts, with the webhook's payload of the same event. */
const told = () =>
  issues.translate(
    {
      action: 'labeled',
      installation: { id: 1 },
      repository: { id: 42, name: 'app', owner: { login: 'acme' } },
      sender: { id: 101, login: 'mona', type: 'User' },
      issue: { number: 12, title: 'Nice', body: 'Make it nice.', state: 'open', updated_at: labeled.at },
      label: { name: 'ai-ready' },
    },
    { botId: 1 },
  );

describe('a label', () => {
  test('that was found is the very fact that its webhook gives', () => {
    expect(hear()).toEqual(told());
  });

  test('covers nothing where the text was edited since, and the edit is told as its editor’s', () => {
    const [label, edit, ...more] = hear({ lastEdit: { by: rita, at: '2026-11-20T09:05:00Z' } });
    expect(more).toEqual([]);
    expect(label).toMatchObject({ fact: { type: 'IssueLabeled', by: mona, issue: { bodyDigest: '0'.repeat(64) } } });
    expect(edit).toMatchObject({ fact: { type: 'IssueEdited', by: rita, at: '2026-11-20T09:05:00Z' } });
  });

  test('covers the text where the last edit is older', () => {
    expect(hear({ lastEdit: { by: rita, at: '2026-11-20T08:59:59Z' } })).toEqual(told());
  });
});

describe('news', () => {
  const known = told().flatMap((one) => (one.to === 'stream' ? [one.fact as ToldOfIssue] : []));

  test('is neither what was told, give or take two seconds, nor what was before the cursor, nor other labels', () => {
    const other = { ...labeled, label: 'bug' };
    expect(newsOf([labeled, other], [], '2026-11-20T09:00:00Z')).toEqual([labeled]);
    expect(newsOf([labeled], [], '2026-11-20T09:00:01Z')).toEqual([]);
    expect(newsOf([{ ...labeled, at: '2026-11-20T09:00:02Z' }], known, labeled.at)).toEqual([]);
    expect(newsOf([{ ...labeled, at: '2026-11-20T09:00:03Z' }], known, labeled.at)).toHaveLength(1);
    expect(newsOf([{ ...labeled, by: rita }], known, labeled.at)).toHaveLength(1);
  });

  test('an edit of which nobody knows the author is told as nobody’s', () => {
    const changed = { ...issue, body: 'Make it ugly.' };
    const heard = heardOfIssue(repository, changed, { news: [], events: [], told: known, lastEdit: undefined });
    expect(heard).toMatchObject([{ fact: { type: 'IssueEdited', by: { id: 0, kind: 'bot' }, at: issue.updatedAt } }]);
  });

  test('an edit that was told is told no more', () => {
    expect(heardOfIssue(repository, issue, { news: [], events: [], told: known, lastEdit: undefined })).toEqual([]);
  });
});
