// A ticket and its pull request with the outside between them: commands are answered from one small state of the world,
// in any order, and what one stream tells the other arrives in any order too.
import { expect } from 'vitest';
import type { Command, CommandOf } from '../../../src/decide/command.ts';
import type { Told } from '../../../src/decide/contract.ts';
import { pullLifecycle } from '../../../src/decide/pull/pull.ts';
import { ticketLifecycle } from '../../../src/decide/ticket/ticket.ts';
import type { Approval } from '../../../src/facts/approval.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { message } from '../../../src/facts/message.ts';
import type { Actor, Role } from '../../../src/facts/person.ts';
import type { PlanPhase } from '../../../src/facts/plan.ts';
import type { PolicyRead } from '../../../src/facts/policy.ts';
import { PullFact } from '../../../src/facts/pull.ts';
import { TicketFact } from '../../../src/facts/ticket.ts';
import {
  ann,
  approve,
  at,
  branch,
  command,
  digest,
  edited,
  finished,
  gantry,
  header,
  issue,
  labelled,
  layersFailed,
  layersPassed,
  lost,
  olga,
  pat,
  plan,
  policyWith,
  pullOpened,
  rae,
  review,
  sha,
  snapshot,
  startRead,
  unlabelled,
} from './builders.ts';
import { pullId, Stream, ticketId } from './lifecycle.ts';

const roles: Readonly<Record<string, Role>> = { rae: 'write', ann: 'write', pat: 'write', olga: 'read' };

/** What a report rests on, taken from the ticket's journal alone when it was told. */
type Standing = { approval: Approval | undefined; planDigest: string | undefined };

export class TwoStreams {
  readonly ticket = new Stream(ticketLifecycle, ticketId);
  readonly pull = new Stream(pullLifecycle, pullId);
  readonly asked: { from: 'ticket' | 'pull'; command: Command }[] = [];
  readonly tells: (Told & { standing: Standing })[] = [];
  /** Plan runs that were asked for under a policy that asks about every start. */
  plans = 0;
  readonly merges: CommandOf<'MergePull'>[] = [];
  /** Runs that were asked for and neither ended nor were stopped; and how many unanswered dispatches each has. */
  readonly live = new Set<string>();
  readonly unanswered = new Map<string, number>();
  #standing: Standing = { approval: undefined, planDigest: undefined };
  #reported: Standing = { approval: undefined, planDigest: undefined };
  #minute = 100;
  #serial = 0;
  /** The world: GitHub as it is now. */
  #body = 'first';
  #labeled = false;
  #head: string | undefined;
  #plan = 'one';
  #base = 'base';
  #opened = false;
  #draft = true;
  #merged = false;
  #pusher: Actor = gantry;
  readonly #policy: PolicyRead;
  readonly #phases: PlanPhase[] | undefined;

  /** `phases`: every plan in this world has them. */
  constructor(policy = policyWith(), phases?: PlanPhase[]) {
    this.#policy = policy;
    this.#phases = phases;
  }

  get minute(): number {
    this.#minute += 1;
    return this.#minute;
  }

  toTicket(fact: TicketFact): void {
    if (fact.type === 'RunFinished' || fact.type === 'RunLost') this.live.delete(fact.run);
    if (fact.type === 'RunDispatched') this.#answered(fact.run);
    const from = this.ticket.journal.length;
    this.ticket.react(fact);
    for (const one of this.ticket.journal.slice(from)) {
      if (one.type === 'PlanApproved') this.#standing = { ...this.#standing, approval: one.approval };
      if (one.type === 'ApprovalRevoked') this.#standing = { ...this.#standing, approval: undefined };
      if ((one.type === 'TreePushed' || one.type === 'PlanRead') && one.plan)
        this.#standing = { ...this.#standing, planDigest: this.ticket.state.plan?.digest };
    }
    for (const told of this.ticket.last.tell) this.tells.push({ ...told, standing: { ...this.#standing } });
    this.#take('ticket', this.ticket.last.commands);
  }

  toPull(fact: PullFact, standing?: Standing): void {
    if (fact.type === 'TicketReported' && standing) this.#reported = standing;
    this.pull.react(fact);
    for (const told of this.pull.last.tell) this.tells.push({ ...told, standing: { ...this.#standing } });
    this.#take('pull', this.pull.last.commands);
  }

  #take(from: 'ticket' | 'pull', commands: readonly Command[]): void {
    // One decision first stops what runs and then starts another.
    for (const one of commands) if (one.type === 'CancelRun') this.live.delete(one.run);
    for (const one of commands) {
      if (one.type === 'MergePull') this.#mayMerge(one);
      if (one.type === 'DispatchRun') {
        expect(this.unanswered.get(one.run) ?? 0, `${one.run} is asked for once at a time`).toBe(0);
        if (one.stage === 'plan') this.#mayPlan();
        this.unanswered.set(one.run, 1);
        this.live.add(one.run);
        expect([...this.live], 'one run at a time').toHaveLength(1);
      }
      this.asked.push({ from, command: one });
    }
  }

  /** Where the policy asks about every start: somebody with write who did not ask for it approved this very text. */
  #mayPlan(): void {
    if (this.#policy.status !== 'ok' || this.#policy.policy.gates.rules.length === 0) return;
    const { requester, issue: now } = this.ticket.state;
    const yes = this.ticket.journal.filter(
      (one) =>
        one.type === 'StartConsented' &&
        one.consent.bodyDigest === now?.bodyDigest &&
        one.consent.by.id !== requester?.id &&
        one.consent.by.login !== 'olga',
    );
    expect(yes.length, 'its start was approved').toBeGreaterThan(0);
    this.plans += 1;
  }

  /** The promise (trust.md 17), seen from the ticket's journal and not from the gate. */
  #mayMerge(merge: CommandOf<'MergePull'>): void {
    const { approval, planDigest } = this.#reported;
    const report = this.pull.state.ticket;
    expect(approval, 'an approval stands').toBeDefined();
    expect(approval?.planDigest).toBe(planDigest);
    expect(approval).toEqual(report?.approval);
    expect(merge.ticket).toMatchObject({ planDigest: approval?.planDigest, baseDigest: approval?.baseDigest });
    expect(merge.head).toBe(this.pull.state.header?.head.sha);
    expect(report?.layers?.sha, 'the layers ran at this very head').toBe(merge.head);
    expect(report?.layers?.stored).toBe(false);
    const judged = report?.layers?.results.filter(({ conclusion }) => conclusion !== 'skipped') ?? [];
    expect(judged.map(({ conclusion }) => conclusion)).toEqual(judged.map(() => 'success'));
    expect(judged.length).toBeGreaterThan(0);
    expect(report?.hold).toBeUndefined();
    expect(merge.reviewers.length).toBeGreaterThan(0);
    expect(merge.reviewers, 'a review by somebody without write counts for nothing').not.toContain('olga');
    if (!report?.pushed.includes(merge.head)) expect(merge.reviewers).not.toContain('rae');
    this.merges.push(merge);
  }

  #answered(run: string): void {
    this.unanswered.set(run, Math.max(0, (this.unanswered.get(run) ?? 0) - 1));
  }

  deliver(n: number): boolean {
    const [told] = this.tells.splice(n % Math.max(this.tells.length, 1), 1);
    if (!told) return false;
    if (told.stream === ticketId) this.toTicket(TicketFact.parse(told.fact));
    else this.toPull(PullFact.parse(told.fact), told.standing);
    return true;
  }

  /** Executes one command; `ill` makes it fail in one of the ways it can. */
  answer(n: number, ill: boolean): boolean {
    const [one] = this.asked.splice(n % Math.max(this.asked.length, 1), 1);
    if (!one) return false;
    const fact = ill ? this.#fail(one.command) : this.#outcome(one.command);
    if (one.from === 'ticket') this.toTicket(TicketFact.parse(fact));
    else this.toPull(PullFact.parse(fact));
    return true;
  }

  #fail(one: Command): Fact {
    if (one.type === 'DispatchRun') {
      this.#answered(one.run);
      if (this.#serial++ % 2 === 0)
        return { type: 'DispatchDeferred', stage: one.stage, why: message('dispatch-deferred-all_busy') };
      this.live.delete(one.run);
      return { type: 'DispatchRefused', stage: one.stage, why: message('workflow-missing') };
    }
    if (one.type === 'InspectBundle' || one.type === 'PushTree')
      return { type: 'BundleRefused', run: one.run, why: message('branch-moved') };
    if (one.type === 'MergePull')
      return { type: 'MergeRefused', head: one.head, why: message('merge-refused'), again: this.#serial++ % 2 === 0 };
    if (one.type === 'MarkReady') return { type: 'PullReadied', done: false };
    return { type: 'GaveUp', command: one.type, why: 'it failed' };
  }

  #planNow() {
    const phases = this.#phases;
    return plan(this.#plan, { commit: this.#head ?? '', baseDigest: digest(this.#base), ...(phases && { phases }) });
  }

  #outcome(one: Command): Fact {
    switch (one.type) {
      case 'ReadStart':
        return startRead({
          by: one.by,
          covers: one.covers,
          role: roles[one.by.login] ?? 'none',
          issue: issue(this.#body),
          labeled: this.#labeled,
          policy: this.#policy,
        });
      case 'ReadAuthority':
        return { type: 'AuthorityRead', ask: one.ask, role: roles[one.ask.by.login] ?? 'none' };
      case 'ReadLabelAuthority':
        return {
          type: 'LabelAuthorityRead',
          label: one.label,
          change: one.change,
          by: one.by,
          role: roles[one.by.login] ?? 'none',
        };
      case 'ReadApproval':
        return {
          type: 'ApprovalRead',
          ask: one.ask,
          role: roles[one.ask.by.login] ?? 'none',
          genuine: true,
          bodyDigest: digest(this.#body),
          head: this.#head ?? '',
          base: { ref: one.base, sha: sha(this.#base) },
          plan: this.#planNow(),
        };
      case 'ReadStartApproval':
        return {
          type: 'StartApprovalRead',
          ask: one.ask,
          role: roles[one.ask.by.login] ?? 'none',
          genuine: true,
          bodyDigest: digest(this.#body),
          labels: this.#labeled ? ['ai-ready'] : [],
          policy: this.#policy,
        };
      case 'ChangeControl':
        return { type: 'ControlChanged', ask: one.ask, change: 'pause', lifted: 0 };
      case 'DispatchRun':
        return { type: 'RunDispatched', run: one.run, stage: one.stage, start: one.start ?? sha(this.#base) };
      case 'CancelRun':
        return { type: 'RunCancelRequested', run: one.run };
      case 'InspectBundle':
        return { type: 'BundleInspected', run: one.run, tree: sha(`tree ${one.run}`), files: 1 };
      case 'PushTree':
        return this.#push(one);
      case 'ReadPlan': {
        const now = { ...this.#planNow(), commit: one.head };
        const same = now.digest === one.approval?.planDigest && now.baseDigest === one.approval.baseDigest;
        return {
          type: 'PlanRead',
          head: one.head,
          plan: now,
          approvalHolds: !one.approval || same,
          ...(one.approval &&
            !same && { why: message(now.digest === one.approval.planDigest ? 'base-moved' : 'plan-changed') }),
        };
      }
      case 'OpenPull':
        this.#opened = true;
        return pullOpened();
      case 'GatherPull':
        return {
          type: 'PullGathered',
          head: one.head,
          snapshot: snapshot(one.head, {
            base: { ref: one.base, sha: sha(this.#base), governed: one.base === 'main' },
            policy: this.#policy,
            ...(one.plan && { plan: one.plan }),
          }),
        };
      case 'ReadReviewer':
        return { type: 'ReviewerRead', review: one.review, login: one.login, role: roles[one.login] ?? 'none' };
      case 'MarkReady':
        this.#draft = false;
        return { type: 'PullReadied', done: true };
      case 'AskReview':
        return { type: 'ReviewAsked', of: one.of };
      case 'MergePull':
        if (one.head !== this.#head || this.#merged)
          return { type: 'MergeRefused', head: one.head, why: message('merge-head-moved'), again: false };
        this.#merged = true;
        // The plan's files are on the base now, so whoever reads it again finds it changed.
        this.#base = 'merge';
        return { type: 'PullMerged', sha: sha('merge'), head: one.head };
    }
  }

  #push(one: CommandOf<'PushTree'>): Fact {
    if (one.expect !== this.#head) return { type: 'BundleRefused', run: one.run, why: message('branch-moved') };
    this.#head = sha(`push ${one.run} ${one.tree}`);
    this.#pusher = gantry;
    if (one.stage === 'plan') this.#plan = `plan of ${one.run}`;
    return {
      type: 'TreePushed',
      run: one.run,
      stage: one.stage,
      branch: one.branch,
      sha: this.#head,
      ...(one.stage === 'plan' && { plan: this.#planNow() }),
    };
  }

  /** The run that is alive ends: it delivers, fails, or is lost. */
  end(how: number): boolean {
    const [id] = this.live;
    const line = this.ticket.state.runs.find(({ run }) => run === id);
    if (id === undefined || !line) return false;
    const n = Number(id.split('-').at(-1));
    if (how % 5 === 4) this.toTicket(lost(n));
    else if (line.stage === 'verify')
      this.toTicket(finished(n, 'verify', { layers: how % 5 === 3 ? layersFailed : layersPassed }));
    else this.toTicket(finished(n, line.stage));
    return true;
  }

  /** Everything that people and GitHub do. Which is `n`; whom or how is `m`. */
  happen(n: number, m: number): void {
    const who = [rae, ann, pat, olga][m % 4] ?? rae;
    const minute = this.minute;
    const happenings: (() => void)[] = [
      () => {
        this.#labeled = true;
        this.toTicket(labelled(who, this.#body, minute));
      },
      () => {
        this.#labeled = false;
        this.toTicket(unlabelled(who, minute));
      },
      () => {
        this.#body = `body ${m % 3}`;
        this.toTicket(edited(who, this.#body, minute));
      },
      () => this.toTicket(approve(who, { minute })),
      () => this.#opened && this.toPull(approve(who, { minute })),
      () => this.toTicket(command({ name: 'retry' }, who)),
      () => this.toTicket(command({ name: 'cancel' }, who)),
      () => this.toTicket(command({ name: 'hold' }, who)),
      () => this.toTicket(command({ name: 'unhold' }, who)),
      () => this.toTicket(command({ name: 'reject-plan', why: 'not like this' }, who)),
      () => this.toTicket(labelled(who, this.#body, minute, 'ai-hold')),
      () => this.toTicket(unlabelled(who, minute, 'ai-hold')),
      () => this.#pushByPeople(who, `people ${this.#serial++}`),
      () => {
        this.#plan = `edit ${this.#serial++}`;
        this.#pushByPeople(who, this.#plan);
      },
      () => this.#moveBase(m),
      () => this.toPull(review(who, m % 5 === 0 ? 'changes_requested' : 'approved', this.#head ?? '')),
      () => this.see('looked'),
      () => this.see('edited', m % 2 === 0 ? 'release' : 'main'),
      () => this.see(m % 2 === 0 ? 'closed' : 'reopened'),
      () => this.toTicket({ type: 'MembersChanged', login: who.login }),
      () => this.toTicket({ type: 'IssueClosed', by: who, at: at(minute) }),
      () =>
        this.toTicket({
          type: 'CommentChanged',
          comment: this.ticket.state.approval?.comment ?? 1,
          how: 'edited',
          by: who,
        }),
      () => this.toTicket({ type: 'Woken' }),
      () => this.toPull({ type: 'Woken' }),
      () => this.toPull({ type: 'CheckRerequested', name: 'harness/gate', sha: this.#head ?? '', by: who }),
    ];
    happenings[n % happenings.length]?.();
  }

  #moveBase(m: number): void {
    this.#base = `base ${m % 3}`;
    const fact = { type: 'BaseMoved', ref: 'main', sha: sha(this.#base) } as const;
    this.toTicket(fact);
    this.toPull(fact);
  }

  #pushByPeople(by: Actor, name: string): void {
    if (this.#head === undefined || this.#merged) return;
    this.#head = sha(name);
    this.#pusher = by;
    this.see('synchronize');
  }

  /** The pull request is seen as it is now. */
  see(action: string, base = 'main'): void {
    if (!this.#opened || this.#head === undefined) return;
    const state = action === 'closed' || this.#merged ? 'closed' : 'open';
    this.toPull({
      type: 'PullObserved',
      action,
      by: this.#pusher,
      pull: header({
        head: { sha: this.#head, ref: branch },
        base: { ref: base, sha: sha(this.#base) },
        draft: this.#draft,
        state,
        merged: this.#merged,
        updatedAt: at(this.minute),
        ...(this.#merged && { mergeSha: sha('merge') }),
      }),
    });
  }

  /** Until nothing is left to do but what people do, or until this is asked for, which is then left unanswered. */
  settle(until?: Command['type']): void {
    for (let n = 0; n < 300; n++) {
      if (this.deliver(0)) continue;
      const next = this.asked.findIndex(({ command }) => command.type !== until);
      if (next >= 0) {
        this.answer(next, false);
        continue;
      }
      if (![...this.live].some((run) => this.unanswered.get(run) === 0) || !this.end(0)) return;
    }
    throw new Error('the two streams do not come to rest');
  }

  /** GitHub merges; the answer is on its way. */
  merge(): PullFact {
    const n = this.asked.findIndex(({ command }) => command.type === 'MergePull');
    const [one] = n < 0 ? [] : this.asked.splice(n, 1);
    if (!one) throw new Error('nobody asked for the merge');
    return PullFact.parse(this.#outcome(one.command));
  }

  get head(): string | undefined {
    return this.#head;
  }
}
export const people = { rae, ann, pat, olga };
