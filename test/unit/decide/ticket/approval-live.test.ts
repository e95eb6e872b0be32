// What an approval is judged by as it is now: the policy of the default branch, who pushed, and what the plan was made for.
import { describe, expect, test } from 'vitest';
import {
  allowed,
  ann,
  approvalRead,
  approve,
  baseMoved,
  bo,
  brokenPolicy,
  digest,
  edited,
  headMoved,
  issue,
  pat,
  plan,
  planRead,
  policyWith,
  rae,
  sha,
  startRead,
  toAwaiting,
  toReview,
  work,
} from '../builders.ts';
import { ticket } from '../lifecycle.ts';

const waiting = () => ticket().given(...toAwaiting);

describe('the policy', () => {
  test('of now says who may approve', () => {
    const ask = approve(ann);
    const policy = policyWith({ approval: { approvers: ['pat'] } });
    waiting().given(ask).when(approvalRead(ask, { policy })).answered('-1', 'approval-needs-named');
    const byPat = approve(pat);
    waiting().given(byPat).when(approvalRead(byPat, { policy })).stage('implementing');
  });

  test('that is broken now approves nothing, and the one in force stays', () => {
    const ask = approve(ann);
    const spec = waiting()
      .given(ask)
      .when(approvalRead(ask, { policy: brokenPolicy }));
    spec.answered('-1', 'approval-policy-broken').stage('awaiting_approval').then({ commands: [] });
    expect(spec.state.policy).toEqual(policyWith());
  });

  test('of now is what the next run is told, after an approval and after the base moved', () => {
    const policy = policyWith({ protected: ['db/**'] });
    const told = { policy: { protected: ['db/**'] } };
    const ask = approve(ann);
    const approved = waiting().given(ask).when(approvalRead(ask, { policy }));
    expect(approved.command('DispatchRun')).toMatchObject(told);
    const moved = ticket().given(...toReview, baseMoved(), planRead(work, { policy }));
    const [given, read] = allowed({ name: 'retry' });
    expect(moved.given(given).when(read).command('DispatchRun')).toMatchObject({ stage: 'verify', ...told });
    const pushed = ticket().given(...toReview, headMoved(sha('push')));
    expect(pushed.when(planRead(sha('push'), { policy })).command('DispatchRun')).toMatchObject(told);
  });
});

describe('a push of nobody knows whom', () => {
  const at = { head: sha('bot'), plan: plan('one', { commit: sha('bot') }) };
  const pushed = () => waiting().given({ ...headMoved(sha('bot'), bo), unknown: true }, planRead(sha('bot')));

  test('keeps the plan at that head from being approved', () => {
    const ask = approve(ann);
    pushed().given(ask).when(approvalRead(ask, at)).answered('-1', 'approval-unknown-pusher');
  });

  test('says nothing of a head that Gantry pushed', () => {
    const ask = approve(ann);
    const spec = waiting().given({ ...headMoved(plan().commit, bo), unknown: true }, ask);
    spec.when(approvalRead(ask)).stage('implementing');
  });
});

describe('an issue that was edited while its plan waits', () => {
  const other = [{ id: 'AC-1', text: 'WHEN the cart holds 10 parts THEN the total is 80' }];
  const afterEdit = (criteria = other) =>
    waiting().given(edited(rae, 'second'), startRead({ issue: issue('second', { criteria }) }));
  const second = { bodyDigest: digest('second') };

  test('in its criteria needs a new plan before one is approved', () => {
    const ask = approve(ann);
    const spec = afterEdit().given(ask).when(approvalRead(ask, second));
    spec.answered('-1', 'approval-stale-issue').stage('awaiting_approval');
    const [given, read] = allowed({ name: 'retry' });
    spec.given(given, read).stage('planning');
    expect(spec.state.plannedFor).toEqual({ bodyDigest: digest('second'), criteria: other });
  });

  test('elsewhere leaves the plan fit to be approved', () => {
    const ask = approve(ann);
    const spec = afterEdit(issue().criteria).given(ask).when(approvalRead(ask, second)).stage('implementing');
    expect(spec.state.approval?.bodyDigest).toBe(digest('second'));
  });
});
