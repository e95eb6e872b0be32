// From the end of an agent's process to one outcome. Evidence in order: gateway, terminal event, exit code.
import type { FailureClass } from '../../src/facts/run.ts';
import type { AgentEvent, AgentOutcome, GatewayTruth, ProcessEnd } from './contract.ts';

type Call = GatewayTruth['calls'][number];
type Finished = Extract<AgentEvent, { type: 'finished' }>;

const failed = (failure: FailureClass, why: string): AgentOutcome => ({ kind: 'failed', class: failure, why });

/** Codes that say more than the status they come with, or come inside a stream that began with 200. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  insufficient_quota: 402,
  usage_limit_reached: 402,
  API_KEY_INVALID: 401,
  authentication_error: 401,
  rate_limit_exceeded: 429,
  rate_limit_error: 429,
  RESOURCE_EXHAUSTED: 429,
};

/** What an HTTP status of the model's API means for the run, with the provider's error code where the status is ambiguous. */
function fromStatus(answered: number, errorCode: string | null): AgentOutcome {
  const status = STATUS_OF_CODE[errorCode ?? ''] ?? (answered < 400 ? 500 : answered);
  const said = `The model's API answered ${answered}${errorCode === null ? '' : ` (${errorCode})`}`;
  if (status === 402) return failed('quota_exhausted', `${said}: the provider account has no credit left.`);
  if (status === 401 || status === 403)
    return failed('auth', `${said}: the control plane's model key is not accepted.`);
  if (status === 429) return failed('throttled', `${said}: too many requests for the provider account.`);
  if (status === 404) return failed('user_error', `${said}: the model name is unknown to the provider.`);
  if (status === 408 || status >= 500) return failed('infrastructure', `${said}.`);
  return failed('agent_failed', `${said}: the agent sent a request that the provider does not accept.`);
}

function fromCall(call: Call): AgentOutcome | null {
  if (call.denied !== null)
    return failed('policy_blocked', `The model gateway refused the agent's request: ${call.denied}.`);
  if (call.status === null)
    return failed('infrastructure', "The model's API could not be reached or did not answer in time.");
  if (call.status >= 400 || call.errorCode !== null) return fromStatus(call.status, call.errorCode);
  if (call.refused) return failed('agent_refused', 'The model declined to do the task.');
  if (!call.complete) return failed('infrastructure', "The model's answer was cut before its end.");
  return null;
}

const SPENT = failed('quota_exhausted', 'A budget of the run is spent.');

function withoutEnd({ exitCode, signal }: ProcessEnd): AgentOutcome {
  if (signal !== null)
    return failed('infrastructure', `The agent's process was killed by ${signal} before it finished.`);
  return failed('agent_failed', `The agent's process ended with code ${exitCode} without saying how it finished.`);
}

function fromFinished(finished: Finished): AgentOutcome {
  if (finished.reason === 'refused') return failed('agent_refused', 'The model declined to do the task.');
  if (finished.status !== null && finished.status >= 400) return fromStatus(finished.status, null);
  if (finished.reason === 'limit') return failed('agent_failed', 'The agent stopped at its own limit of turns.');
  if (finished.reason === 'interrupted')
    return failed('infrastructure', 'The agent was interrupted before it finished.');
  if (finished.reason === 'api_error')
    return failed('infrastructure', "The agent lost its connection to the model's API.");
  return failed('agent_failed', 'The agent reported that it failed.');
}

/**
 * Shared by every adapter whose `parse` emits `finished`. A run that recovered from an error has completed; a run that
 * says it completed although the gateway never saw a whole answer, or a refusal in the last one, has not.
 */
export function classifyEnd(end: ProcessEnd): AgentOutcome {
  const finished = end.events.findLast((event) => event.type === 'finished');
  // A gateway that gives up on a request says nothing new: what failed before it does.
  const last = end.gateway?.calls.findLast(({ denied }) => denied !== 'retries_spent');
  const answered = end.gateway === null || end.gateway.calls.some((call) => fromCall(call) === null);

  if (finished?.ok && answered && !last?.refused) {
    const message = end.events.findLast((event) => event.type === 'message');
    return { kind: 'completed', message: message?.text ?? null };
  }
  if (end.gateway?.spent) return SPENT;
  const truth = last === undefined ? null : fromCall(last);
  if (truth !== null) return truth;
  if (finished === undefined) return withoutEnd(end);
  if (finished.ok) return failed('agent_failed', 'The agent said that it finished, but it never asked the model.');
  return fromFinished(finished);
}

/** For CLIs that end a refused task like a finished one, only without a message. */
export function silenceIsRefusal(end: ProcessEnd): AgentOutcome {
  const outcome = classifyEnd(end);
  return outcome.kind === 'completed' && !outcome.message
    ? failed('agent_refused', 'The agent ended without a word, which is how it shows that the model declined.')
    : outcome;
}
