// Whose review counts, for and against: only that of a person with write, which is read before it is believed.
import { describe, expect, test } from 'vitest';
import { candidates } from '../../../../src/decide/pull/gate.ts';
import type { PullFact, TicketReport } from '../../../../src/facts/pull.ts';
import {
  ann,
  atHead,
  bo,
  gathered,
  gaveUp,
  layersPassed,
  observed,
  olga,
  pat,
  plan,
  policyWith,
  review,
  reviewed,
  reviewerRead,
  sha,
  toReview,
  work,
} from '../builders.ts';
import { pull, ticket } from '../lifecycle.ts';

const told = (() => {
  const spec = ticket();
  const all = toReview.flatMap((fact) => spec.when(fact).told('TicketReported'));
  const last = all.at(-1)?.report;
  if (!last) throw new Error('the ticket told nothing');
  return last;
})();
const reported = (more: Partial<TicketReport> = {}): PullFact => ({
  type: 'TicketReported',
  report: { ...told, ...more },
});
const byPeople = { policy: policyWith({ merge: { by: 'people' } }) };
const shown = (more = {}, by?: typeof bo, report?: Partial<TicketReport>) =>
  pull().given(
    observed('opened'),
    observed('synchronize', { ...atHead(work), draft: false }, by),
    reported(report),
    gathered(work, more),
  );

describe('a review', () => {
  test('has its author read, and counts for nothing until then', () => {
    const yes = review(ann);
    const spec = shown(byPeople).when(yes);
    spec.then({ commands: [{ type: 'ReadReviewer', login: 'ann', review: yes.review.id }] });
    spec.gate('gate-reading-reviewer', 'in_progress');
    expect(candidates(spec.state)).toEqual([]);
    spec.when(reviewerRead(yes)).gate('gate-open', 'success');
  });

  test.each(['none', 'read', 'triage'] as const)('of somebody with %s opens nothing and blocks nothing', (role) => {
    const yes = review(olga);
    shown(byPeople).given(yes, reviewerRead(yes, role)).gate('gate-needs-review', 'action_required');
    const no = review(olga, 'changes_requested');
    shown(byPeople)
      .given(...reviewed(ann), no, reviewerRead(no, role))
      .gate('gate-open', 'success');
  });

  test('that requests changes holds the merge back while its author is read, and blocks with write', () => {
    const no = review(pat, 'changes_requested');
    const spec = shown().given(no).when(review(ann));
    spec.given(...reviewed(ann)).gate('gate-reading-reviewer', 'in_progress');
    spec.when(reviewerRead(no)).gate('gate-changes-requested', 'action_required').then({ commands: [] });
  });

  test('of a bot is ignored, whatever it says', () => {
    const spec = shown(byPeople).when(review(bo, 'changes_requested')).then({ commands: [] });
    spec.given(...reviewed(ann)).gate('gate-open', 'success');
  });

  test('is read again when its author changes rights, and that of others is not', () => {
    const yes = review(ann);
    const spec = shown(byPeople).given(yes, reviewerRead(yes), ...reviewed(olga, 'commented'));
    spec.when({ type: 'MembersChanged', login: 'pat' }).then({ commands: [] }).gate('gate-open', 'success');
    spec
      .when({ type: 'MembersChanged', login: 'Ann' })
      .then({ commands: [{ type: 'ReadReviewer', login: 'ann', review: yes.review.id }] })
      .gate('gate-reading-reviewer', 'in_progress');
    spec.when(reviewerRead(yes, 'read')).gate('gate-needs-review', 'action_required');
  });

  test('whose author could not be read says so, and is read again when the check is asked for', () => {
    const yes = review(ann);
    const spec = shown(byPeople).given(yes).when(gaveUp('ReadReviewer')).gate('gave-up', 'failure');
    spec.when({ type: 'CheckRerequested', name: 'harness/gate', sha: work, by: ann });
    expect(spec.command('ReadReviewer')).toMatchObject({ login: 'ann' });
    spec.when(reviewerRead(yes)).gate('gate-open', 'success');
  });

  test('of a pull request that is not ours asks for nothing', () => {
    const people = pull().given(observed('opened', { ...atHead(work), origin: 'people', author: pat }, pat));
    people.when(review(ann)).then({ commands: [] });
  });
});

describe('a push of nobody knows whom', () => {
  const foreign = { pushed: [plan().commit] };

  test('by a bot of others: no review counts, until Gantry has pushed the head', () => {
    const spec = shown({}, bo, foreign).given(...reviewed(ann));
    spec.gate('gate-unknown-pusher', 'action_required').then({ commands: [] });
    expect(candidates(spec.state)).toEqual([]);
    spec.when(reported({ pushed: [plan().commit, work] })).gate('gate-merging', 'in_progress');
  });

  test('stays unknown under a later push of a person', () => {
    const spec = shown({}, bo, foreign).given(
      observed('synchronize', { ...atHead(sha('next'), 50), draft: false }, pat),
      reported({ ...foreign, layers: { sha: sha('next'), stored: false, results: layersPassed } }),
      gathered(sha('next')),
      ...reviewed(ann, 'approved', sha('next')),
    );
    spec.gate('gate-unknown-pusher', 'action_required');
  });

  test('is told to the ticket, also where such a head is the first that is seen', () => {
    const spec = pull().given(observed('opened'), reported());
    spec.when(observed('synchronize', atHead(sha('bot')), bo));
    spec.then({ tell: [{ fact: { type: 'HeadMoved', sha: sha('bot'), unknown: true } }] });
    const first = pull()
      .given(reported(foreign))
      .when(observed('opened', atHead(sha('other'))));
    first.then({ tell: [{ fact: { type: 'HeadMoved', sha: sha('other'), unknown: true } }] });
    const ours = pull()
      .given(reported())
      .when(observed('opened', atHead(work)));
    expect(ours.state.unknownPusher).toBeUndefined();
    expect(ours.told('HeadMoved')[0]?.unknown).toBeUndefined();
  });
});

test('a layer that the policy of now names, and the run skipped, blocks until it has run', () => {
  const layer = { run: 'npm test', timeoutMinutes: 10 };
  const added = { policy: policyWith({ layers: { unit: layer, smoke: layer } }) };
  const spec = shown(added).given(...reviewed(ann));
  spec.gate('gate-layer-failed', 'failure').then({ commands: [] });
  expect(spec.seen(`check/${work}/harness/gate`)).toMatchObject({
    view: { title: { data: { layer: 'smoke', added: 'since' } } },
  });
  const none = shown(added, undefined, {
    layers: { sha: work, stored: false, results: layersPassed.map((one) => ({ ...one, conclusion: 'skipped' })) },
  });
  none.gate('gate-layer-failed', 'failure');
});

test('the evidence shows the criterion as the issue says it', () => {
  const [first] = told.criteria;
  const spec = shown({}, undefined, {
    stage: 'in_review',
    plan: plan('one', { criteria: [{ id: first?.id ?? '', text: 'something easier', tests: [] }] }),
  });
  expect(spec.seen('sticky/31')).toMatchObject({ view: { evidence: [{ id: first?.id, text: first?.text }] } });
});
