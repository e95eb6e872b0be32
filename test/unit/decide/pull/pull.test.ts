// A pull request: what it tells its ticket, what is gathered, and who hears of what in whatever order it comes.
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../../src/facts/person.ts';
import type { PullFact, TicketReport } from '../../../../src/facts/pull.ts';
import type { TicketFact } from '../../../../src/facts/ticket.ts';
import {
  allowed,
  ann,
  approve,
  at,
  atHead,
  bo,
  closed,
  command,
  gantry,
  gathered,
  gaveUp,
  labelled,
  observed,
  olga,
  pat,
  plan,
  sha,
  snapshot,
  startRead,
  toAwaiting,
  toReview,
  work,
} from '../builders.ts';
import { pull, pullNumber, ticket, ticketId } from '../lifecycle.ts';

const first = observed('opened');
const pushedBy = (by: Actor, head = work, minute = 40) => observed('synchronize', atHead(head, minute), by);
const reportAt = (facts: readonly TicketFact[]): TicketReport => {
  const spec = ticket();
  let report: TicketReport | undefined;
  for (const fact of facts) report = spec.when(fact).told('TicketReported').at(-1)?.report ?? report;
  if (!report) throw new Error('nothing was told');
  return report;
};
const reported = (...facts: readonly TicketFact[]): PullFact => ({
  type: 'TicketReported',
  report: reportAt(facts),
});

describe('what is gathered', () => {
  test('a pull request that is seen first, and each new head', () => {
    const spec = pull()
      .when(first)
      .then({ commands: [{ type: 'GatherPull', head: plan().commit, origin: 'gantry' }] });
    spec.when(pushedBy(gantry)).then({ commands: [{ type: 'GatherPull', head: work }] });
    spec.when(observed('labeled', atHead(work, 41))).then({ commands: [] });
  });

  test('a retarget, a base that moved, a plan that changed, a check that is asked for again, a reopening', () => {
    const spec = pull().given(first, pushedBy(gantry));
    spec
      .when(observed('edited', { ...atHead(work, 41), base: { ref: 'release', sha: sha('r') } }))
      .then({ commands: [{ type: 'GatherPull', base: 'release' }] });
    spec.when({ type: 'BaseMoved', ref: 'release', sha: sha('x') }).then({ commands: [{ type: 'GatherPull' }] });
    spec.when({ type: 'BaseMoved', ref: 'main', sha: sha('y') }).then({ commands: [] });
    spec.when(reported(...toAwaiting)).then({ commands: [{ type: 'GatherPull', plan: { digest: plan().digest } }] });
    spec.when(reported(...toReview));
    expect(spec.stream.last.commands.filter(({ type }) => type === 'GatherPull')).toEqual([]);
    spec
      .when({ type: 'CheckRerequested', name: 'harness/gate', sha: work, by: ann })
      .then({ commands: [{ type: 'GatherPull' }] });
    expect(spec.state.rerequested).toEqual({ 'harness/gate': 1 });
    spec.given(observed('closed', { ...atHead(work, 42), state: 'closed' }));
    spec.when({ type: 'BaseMoved', ref: 'main', sha: sha('z') }).then({ commands: [] });
    spec.when(observed('reopened', atHead(work, 43))).then({ commands: [{ type: 'GatherPull' }] });
  });

  test('for another head or base than the present one does not count', () => {
    const spec = pull().given(first, pushedBy(gantry)).when(gathered(plan().commit));
    expect(spec.state.snapshot).toBeUndefined();
    const release = snapshot(work, { base: { ref: 'release', sha: sha('r'), governed: true } });
    expect(spec.when({ type: 'PullGathered', head: work, snapshot: release }).state.snapshot).toBeUndefined();
    expect(spec.when(gathered(work)).state.snapshot).toBeDefined();
  });

  test('that was given up blocks, until it is gathered', () => {
    const spec = pull().given(first, gathered(plan().commit)).when(gaveUp('GatherPull')).gate('gave-up', 'failure');
    spec.when(gathered(plan().commit)).gate('gate-gathering', 'in_progress');
  });
});

describe('headers in any order', () => {
  test('an older one changes nothing', () => {
    const spec = pull().given(pushedBy(gantry)).when(first).then({ commands: [] });
    expect(spec.state.header?.head.sha).toBe(work);
  });

  const within = (...parts: [string, object][]) =>
    permutations(parts.map(([action, more]) => observed(action, { ...atHead(work), ...more })));
  const before = atHead(plan().commit);

  test('every order of what happened within a second ends at the same header', () => {
    for (const order of within(['opened', before], ['synchronize', {}], ['ready_for_review', { draft: false }]))
      expect(pull().given(...order).state.header).toMatchObject({ head: { sha: work }, draft: false, state: 'open' });
    const release = { base: { ref: 'release', sha: sha('r') } };
    for (const order of within(
      ['opened', before],
      ['synchronize', {}],
      ['edited', release],
      ['closed', { ...release, state: 'closed' }],
    ))
      expect(pull().given(...order).state.header).toMatchObject({ head: { sha: work }, state: 'closed', ...release });
    const merged = { draft: false, state: 'closed', merged: true, mergeSha: sha('m') };
    for (const order of within(
      ['opened', before],
      ['synchronize', {}],
      ['ready_for_review', { draft: false }],
      ['closed', merged],
    ))
      expect(pull().given(...order).state.header).toMatchObject({ head: { sha: work }, ...merged });
  });

  test('what was read live is believed in everything', () => {
    const spec = pull()
      .given(observed('opened', before))
      .when(observed('looked', { ...atHead(work), draft: false }));
    expect(spec.state.header).toMatchObject({ head: { sha: work }, draft: false });
  });

  test('merged is for ever', () => {
    const spec = pull().given(first, observed('closed', { state: 'closed', merged: true, updatedAt: at(40) }));
    spec.when(observed('reopened', { updatedAt: at(50) })).then({ commands: [], tell: [] });
    expect(spec.state.header?.merged).toBe(true);
  });
});

describe('what the ticket is told', () => {
  test('the head that it was opened with, as ours', () => {
    pull()
      .when(first)
      .then({ tell: [{ stream: ticketId, fact: { type: 'HeadMoved', sha: plan().commit, by: gantry, pushers: [] } }] });
  });

  test('a push by people, with everyone who has pushed; not one of ours', () => {
    pull().given(first).when(pushedBy(gantry)).then({ tell: [] });
    const spec = pull()
      .given(first)
      .when(pushedBy(pat))
      .then({ tell: [{ fact: { type: 'HeadMoved', sha: work, by: pat, pushers: [pat.id] } }] });
    spec.when(pushedBy(olga, sha('more'), 41)).then({ tell: [{ fact: { pushers: [pat.id, olga.id] } }] });
    spec.when(pushedBy(pat, sha('again'), 42)).then({ tell: [{ fact: { sha: sha('again') } }] });
  });

  test('a pusher who is heard of late is one all the same', () => {
    const spec = pull()
      .given(first, observed('looked', atHead(work, 45)))
      .when(pushedBy(pat, work, 40));
    spec.then({ tell: [{ fact: { type: 'HeadMoved', sha: work, by: pat, pushers: [pat.id] } }] });
    pull()
      .given(first, pushedBy(gantry, work, 45))
      .when(pushedBy(pat, sha('before'), 40))
      .then({ tell: [{ fact: { sha: work, pushers: [pat.id] } }] });
  });

  test('a retarget and the end, once', () => {
    const spec = pull().given(first);
    spec
      .when(observed('edited', { updatedAt: at(31), base: { ref: 'release', sha: sha('r') } }))
      .then({ tell: [{ fact: { type: 'PullRetargeted', base: 'release' } }] });
    const end = observed(
      'closed',
      { updatedAt: at(32), state: 'closed', base: { ref: 'release', sha: sha('r') } },
      pat,
    );
    spec.when(end).then({ tell: [{ fact: { type: 'PullClosed', merged: false, by: pat } }] });
    spec.when(end).then({ tell: [] });
  });

  test('the merge: by the effect or by the webhook, whichever is first, and once', () => {
    const end = observed('closed', { updatedAt: at(32), state: 'closed', merged: true, mergeSha: sha('m') });
    const outcome: PullFact = { type: 'PullMerged', sha: sha('m'), head: plan().commit };
    const told = [{ fact: { type: 'PullClosed', merged: true, sha: sha('m') } }];
    const one = pull().given(first).when(outcome).then({ tell: told }).when(end).then({ tell: [] });
    const other = pull().given(first).when(end).then({ tell: told }).when(outcome).then({ tell: [] });
    for (const spec of [one, other]) spec.gate('gate-open', 'success');
  });

  test('nothing of the work by a pull request that it has left behind', () => {
    const canceled = reported(...toReview, closed());
    const spec = pull().given(
      first,
      reported(...toReview),
      observed('closed', { updatedAt: at(32), state: 'closed' }, pat),
      canceled,
    );
    const reopened = { stream: ticketId, fact: { type: 'PullReopened', pull: pullNumber, by: pat } };
    spec.when(observed('reopened', { updatedAt: at(33) }, pat)).then({ tell: [reopened] });
    // It starts anew on another branch: that this one is open again takes nothing back.
    spec.given(reported(...toReview, closed(), labelled(pat, 'first', 95), startRead({ by: pat })));
    spec.when(pushedBy(pat)).then({ tell: [] });
    spec.when(observed('closed', { ...atHead(work, 50), state: 'closed' }, pat)).then({ tell: [] });
    spec.when(approve()).then({ tell: [{ fact: { type: 'CommandGiven' } }] });
    // Taken back, it speaks again, first of what was pushed meanwhile and of whom nobody told.
    const theirs = sha('pushed while it was closed');
    spec.given(observed('reopened', atHead(theirs, 60), pat));
    spec.when(reported(...toReview)).then({
      tell: [{ stream: ticketId, fact: { type: 'HeadMoved', sha: theirs, pushers: [pat.id], unknown: true } }],
    });
    spec
      .when(observed('closed', { ...atHead(theirs, 70), state: 'closed' }, pat))
      .then({ tell: [{ fact: { type: 'PullClosed' } }] });
  });

  test('commands, with who has pushed; also those that came before it was seen; and comments that changed', () => {
    const ask = approve();
    pull()
      .given(first, pushedBy(pat))
      .when(ask)
      .then({ tell: [{ stream: ticketId, fact: { ...ask, pushers: [pat.id] } }], facts: [] });
    pull()
      .given(ask)
      .when(first)
      .then({ tell: [{ fact: { type: 'HeadMoved' } }, { fact: ask }] });
    pull()
      .given(first)
      .when({ type: 'CommentChanged', comment: 3, how: 'deleted', by: pat })
      .then({ tell: [{ fact: { type: 'CommentChanged' } }] });
  });

  test('one that the ticket does not know yet: the report finds it, in either order', () => {
    const early = pull()
      .given(reported(...toAwaiting))
      .when(first)
      .then({ commands: [{ type: 'GatherPull', plan: { digest: plan().digest } }] });
    const late = pull()
      .given(first)
      .when(reported(...toAwaiting))
      .then({ commands: [{ type: 'GatherPull', plan: { digest: plan().digest } }] });
    for (const spec of [early, late]) spec.when(gathered(plan().commit)).gate('gate-needs-approval', 'action_required');
  });

  test('a report leads to nothing that comes back', () => {
    pull()
      .given(first, gathered(plan().commit))
      .when(reported(...toAwaiting))
      .then({ tell: [] });
  });
});

describe('pull requests of people and forks', () => {
  const theirs = (origin: 'people' | 'fork', more: object = {}) => {
    const { issue: _, ...header } = observed('opened', { origin, author: pat, draft: false, ...more }).pull;
    return { ...observed('opened', {}, pat), pull: header };
  };
  const { plan: _, ...rest } = snapshot(plan().commit);
  const judged = (origin: 'people' | 'fork', more: object = {}): PullFact => ({
    type: 'PullGathered',
    head: plan().commit,
    snapshot: { ...rest, criteria: [], kind: origin, ...more },
  });

  test.each(['people', 'fork'] as const)('%s: governance only, no ticket, no runner, no merge', (origin) => {
    const spec = pull()
      .when(theirs(origin))
      .then({ commands: [{ type: 'GatherPull', origin }], tell: [] });
    spec.when(judged(origin)).gate('gate-open', 'success').then({ commands: [], tell: [] });
    expect(spec.seen('sticky/31')).toBeUndefined();
  });

  test('a credential fails governance and the gate', () => {
    pull()
      .given(theirs('fork'))
      .when(judged('fork', { secrets: [{ path: 'a.js', line: 1, rule: 'aws' }] }))
      .gate('gate-governance', 'failure');
  });

  test('without a policy the gate is neutral; with a broken one it fails, except for who repairs it', () => {
    pull()
      .given(theirs('people'))
      .when(judged('people', { policy: { status: 'absent' } }))
      .gate('gate-policy-absent', 'neutral');
    const broken = { status: 'broken', blob: sha('b'), problems: [{ line: 1, message: 'bad' }] };
    pull()
      .given(theirs('people'))
      .when(judged('people', { policy: broken }))
      .gate('gate-policy-broken', 'failure');
    pull()
      .given(theirs('people'))
      .when(judged('people', { policy: broken, editedPolicy: snapshot(work).policy }))
      .gate('gate-open', 'success');
  });

  test('an ungoverned base fails whatever else holds', () => {
    pull()
      .given(theirs('people', { base: { ref: 'lax', sha: sha('l') } }))
      .when(judged('people', { base: { ref: 'lax', sha: sha('l'), governed: false } }))
      .gate('gate-ungoverned-base', 'failure');
  });

  test('commands are answered, also those that came before it was seen', () => {
    const reply = (spec: ReturnType<typeof pull>) => spec.state.receipts.at(-1);
    const ask = command({ name: 'retry' });
    expect(reply(pull().given(theirs('people')).when(ask))).toMatchObject({
      reaction: '-1',
      reply: { id: 'command-without-ticket' },
    });
    expect(reply(pull().given(ask).when(theirs('people')))).toMatchObject({
      reaction: '-1',
      reply: { id: 'command-without-ticket' },
    });
    expect(
      reply(
        pull()
          .given(theirs('people'))
          .when(command({ name: 'harness help' })),
      ),
    ).toMatchObject({ reaction: 'rocket' });
    expect(
      reply(
        pull()
          .given(theirs('people'))
          .when(command({ name: 'retry' }, bo)),
      )?.reply,
    ).toBeUndefined();
    expect(allowed({ name: 'retry' })).toHaveLength(2);
  });
});

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((one, n) => permutations(all.filter((_, m) => m !== n)).map((rest) => [one, ...rest]));
}
