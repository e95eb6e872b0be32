// May this head be merged? One list of blockers, nearest first; what the gate shows and whether we merge both follow from it.
import { type Message, message } from '../../facts/message.ts';
import { LayerName } from '../../facts/policy.ts';
import type { Review, TicketReport } from '../../facts/pull.ts';
import type { PullSnapshot } from '../../facts/pull-snapshot.ts';
import { demandData, isMet, isMore } from '../gates/demand.ts';
import type { CheckStatus } from './check-view.ts';
import { governance } from './governance.ts';
import { exceedsWaiver, mergeDemand } from './merge-gate.ts';
import { counts, isUnread } from './reviews.ts';
import type { PullState } from './state.ts';

export type Blocker = { status: Exclude<CheckStatus, 'success' | 'skipped'>; why: Message };

/** `pending` clears by itself, `action` needs a person, `fail` needs a change. */
const pending = (why: Message): Blocker => ({ status: 'in_progress', why });
const action = (why: Message): Blocker => ({ status: 'action_required', why });
const fail = (why: Message): Blocker => ({ status: 'failure', why });

/** Empty: the head may be merged. */
export function blockers(state: PullState): Blocker[] {
  const { header, snapshot, ticket } = state;
  if (state.setAside?.length) return [fail(message('gate-fact-set-aside'))];
  if (state.gatherFailed) return [fail(state.gatherFailed)];
  if (!header || !isCurrent(state, snapshot)) return [pending(message('gate-gathering'))];
  if (!snapshot.base.governed) return [fail(message('gate-ungoverned-base', { base: header.base.ref }))];
  const verdict = governance(state);
  // People may repair a broken policy: then governance passes by what the policy would be.
  if (snapshot.policy.status === 'broken' && (header.origin === 'gantry' || verdict.outcome !== 'pass'))
    return [fail(message('gate-policy-broken'))];
  const judged =
    verdict.outcome === 'pass'
      ? []
      : verdict.outcome === 'pending'
        ? [pending(message('gate-governance-pending'))]
        : [fail(message('gate-governance', { check: verdict.data.first ?? '' }))];
  if (header.origin !== 'gantry') {
    return snapshot.policy.status === 'absent' && judged.length === 0
      ? [{ status: 'neutral', why: message('gate-policy-absent') }]
      : judged;
  }
  if (!ticket) return [pending(message('gate-gathering'))];
  return [...ofTicket(state), ...ofLayers(state), ...judged, ...ofReview(state), ...ofMerge(state)];
}

/** A snapshot speaks for the head, the base and the plan that it was gathered for, and for no other. */
const isCurrent = ({ header, ticket }: PullState, snapshot: PullSnapshot | undefined): snapshot is PullSnapshot =>
  snapshot !== undefined &&
  snapshot.head === header?.head.sha &&
  snapshot.base.ref === header.base.ref &&
  (ticket?.plan === undefined || snapshot.plan?.digest === ticket.plan.digest);

function ofTicket(state: PullState): Blocker[] {
  const { ticket, header } = state;
  if (!ticket) return [];
  // The ticket revokes what no longer fits; until it has, the difference is seen here.
  const approved =
    ticket.approval !== undefined &&
    ticket.approval.planDigest === ticket.plan?.digest &&
    ticket.approval.baseRef === header?.base.ref;
  return [
    ...(ticket.hold ? [action(message('gate-held', { by: ticket.hold.by }))] : []),
    ...(ticket.stage === 'canceled' ? [fail(message('gate-canceled'))] : []),
    ...(ticket.stage === 'blocked' ? [action(message('gate-blocked'))] : []),
    ...(exceedsWaiver(state) ? [fail(message('gate-waiver-exceeded'))] : []),
    ...(approved
      ? phaseLeft(ticket)
      : [action(message(ticket.approval || ticket.revoked ? 'gate-approval-revoked' : 'gate-needs-approval'))]),
  ];
}

/** Nothing of a plan is merged before all of it is there. */
const phaseLeft = ({ phase }: TicketReport): Blocker[] =>
  phase ? [pending(message('gate-phases', { n: String(phase.n), of: String(phase.of) }))] : [];

/** A layer that is not configured does not block; a head without any layer does. */
function ofLayers({ header, ticket, snapshot }: PullState): Blocker[] {
  if (!ticket || snapshot?.policy.status === 'broken') return [];
  if (ticket.layers?.sha !== header?.head.sha || ticket.layers?.stored) {
    return ticket.approval ? [pending(message('gate-layers-pending'))] : [];
  }
  const { results } = ticket.layers ?? { results: [] };
  const configured = snapshot?.policy.status === 'ok' ? snapshot.policy.policy.layers : {};
  // The run skipped what its policy did not name; the policy of now does, so this head was not verified by it.
  const added = results.filter(({ layer, conclusion }) => conclusion === 'skipped' && configured[layer] !== undefined);
  if (added.length === 0 && !results.some((result) => result.conclusion !== 'skipped'))
    return [action(message('gate-no-layers', { detected: detectedOf(snapshot) }))];
  const missing = LayerName.options.filter((name) => !results.some((result) => result.layer === name));
  return [
    ...[
      ...results
        .filter(({ conclusion }) => conclusion !== 'success' && conclusion !== 'skipped')
        .map(({ layer }) => layer),
      ...missing,
    ].map((layer) => fail(message('gate-layer-failed', { layer }))),
    ...added.map(({ layer }) => fail(message('gate-layer-failed', { layer, added: 'since' }))),
  ];
}

/** One line per layer; empty where nothing was recognised. */
const detectedOf = (snapshot: PullSnapshot | undefined): string =>
  LayerName.options
    .filter((layer) => snapshot?.detected?.[layer] !== undefined)
    .map((layer) => `${layer}: ${snapshot?.detected?.[layer]}`)
    .join('\n');

function ofReview(state: PullState): Blocker[] {
  const { ticket, header } = state;
  const changes = state.reviews.find((review) => review.state === 'changes_requested' && counts(review));
  if (changes) return [action(message('gate-changes-requested', { by: changes.by.login }))];
  const ours = header !== undefined && (ticket?.pushed.includes(header.head.sha) ?? false);
  if (state.unknownPusher && !ours) return [action(message('gate-unknown-pusher'))];
  const demand = mergeDemand(state);
  const given = candidates(state).map(({ by }) => by.login);
  const enough = isMet(demand, given);
  // Who requests changes may have write: until that is read, nothing is merged over it.
  const waits = state.reviews.some(
    (one) => isUnread(one) && (one.state === 'changes_requested' || (!enough && one.commit === header?.head.sha)),
  );
  if (waits) return [state.reviewerFailed ? fail(state.reviewerFailed) : pending(message('gate-reading-reviewer'))];
  if (enough) return [];
  if (isMore(demand)) return [action(message('gate-needs-reviews', demandData(demand, given.length)))];
  return [action(message(ours ? 'gate-needs-review' : 'gate-needs-review-foreign-head'))];
}

/**
 * Approvals that may count: at exactly this head, by a person with write who neither pushed nor asked (unless the policy lets
 * them), and who is named where the policy names approvers. Of a head that is not ours it must be known who pushed it, and of
 * the whole branch that no bot of others did (trust.md 18).
 */
export function candidates(pull: PullState): Review[] {
  const { header, ticket, snapshot, reviews, pushers, attributed, unknownPusher } = pull;
  if (!header) return [];
  const policy = snapshot?.policy.status === 'ok' ? snapshot.policy.policy : undefined;
  const ours = ticket?.pushed.includes(header.head.sha) ?? false;
  if (!ours && (unknownPusher || attributed !== header.head.sha)) return [];
  const requesterMay = ours && (policy?.approval.requester ?? false);
  const approvers = policy?.approval.approvers.map((login) => login.toLowerCase()) ?? [];
  return reviews.filter((review) => {
    const { state, by, commit } = review;
    return (
      state === 'approved' &&
      by.kind === 'person' &&
      counts(review) &&
      commit === header.head.sha &&
      !pushers.includes(by.id) &&
      (requesterMay || by.id !== ticket?.requester?.id) &&
      (approvers.length === 0 || approvers.includes(by.login.toLowerCase()))
    );
  });
}

function ofMerge({ header, ticket, readyRefused, readied, mergeRefused }: PullState): Blocker[] {
  // Somebody made it a draft again: that is theirs to take back.
  const press = readyRefused || readied === header?.head.sha;
  return [
    ...(ticket && !['in_review', 'merged'].includes(ticket.stage)
      ? [pending(message('gate-working', { stage: ticket.stage }))]
      : []),
    ...(header?.draft ? [press ? action(message('gate-press-ready')) : pending(message('gate-readying'))] : []),
    ...(mergeRefused && mergeRefused.head === header?.head.sha ? [fail(mergeRefused.why)] : []),
    ...(ticket?.isolation === 'none' ? [action(message('gate-unboxed'))] : []),
  ];
}
