// `openhands --headless --json`, one event of its SDK per line between lines for people.
import type { AgentEvent, FileChange, FinishReason } from '../contract.ts';
import { cut, type Fields, fields, list, number, other, readJsonLine, text } from '../json-line.ts';

export function parseOpenHands(line: string): readonly AgentEvent[] {
  const event = readJsonLine(line);
  switch (event?.kind) {
    case 'MessageEvent':
      return event.source === 'agent'
        ? [{ type: 'message', text: contentOf(fields(event.llm_message).content) }]
        : [{ type: 'started', session: null, model: null }];
    case 'ActionEvent':
      return fromAction(event, fields(event.action), line);
    case 'ObservationEvent':
      return fromObservation(event, fields(event.observation), line);
    case 'AgentErrorEvent':
      return [{ type: 'error', message: text(event.error) ?? '' }];
    case 'ConversationErrorEvent':
      return fromFailure(event);
    case 'ConversationStateUpdateEvent':
      return fromState(event, line);
    default:
      return other(line, event?.kind);
  }
}

function fromAction(event: Fields, action: Fields, line: string): readonly AgentEvent[] {
  switch (action.kind) {
    case 'TerminalAction':
    case 'ExecuteBashAction':
      return [
        {
          type: 'command',
          id: text(event.tool_call_id) ?? '',
          phase: 'started',
          command: text(action.command),
          exitCode: null,
          output: null,
        },
      ];
    case 'FinishAction':
      return [
        { type: 'message', text: text(action.message) ?? '' },
        { type: 'finished', ok: true, reason: 'completed', status: null },
      ];
    default:
      return other(line, `action ${text(action.kind) ?? text(event.tool_name) ?? ''}`);
  }
}

function fromObservation(event: Fields, observation: Fields, line: string): readonly AgentEvent[] {
  switch (observation.kind) {
    case 'TerminalObservation':
    case 'ExecuteBashObservation':
      return [
        {
          type: 'command',
          id: text(event.tool_call_id) ?? '',
          phase: 'ended',
          command: text(observation.command),
          exitCode: number(observation.exit_code),
          output: contentOf(observation.content),
        },
      ];
    case 'FileEditorObservation':
      return observation.command === 'view' || observation.is_error === true || typeof observation.path !== 'string'
        ? other(line, 'observation FileEditorObservation')
        : [{ type: 'file_change', changes: [toChange(observation.path, observation.prev_exist)] }];
    default:
      return other(line, `observation ${text(observation.kind) ?? ''}`);
  }
}

const toChange = (path: string, existed: unknown): FileChange => ({
  path: cut(path),
  kind: existed === false ? 'add' : 'update',
});

/** Newer versions say the cause; older ones only the name of the exception. */
const CAUSES: Readonly<Record<string, { reason: FinishReason; status: number | null }>> = {
  authentication: { reason: 'api_error', status: 401 },
  LLMAuthenticationError: { reason: 'api_error', status: 401 },
  quota: { reason: 'api_error', status: 402 },
  MaxBudgetReached: { reason: 'limit', status: null },
  rate_limit: { reason: 'api_error', status: 429 },
  LLMRateLimitError: { reason: 'api_error', status: 429 },
  provider_unavailable: { reason: 'api_error', status: 503 },
  network: { reason: 'api_error', status: null },
  LLMServiceUnavailableError: { reason: 'api_error', status: 503 },
  LLMTimeoutError: { reason: 'api_error', status: null },
  LLMBadRequestError: { reason: 'api_error', status: 400 },
  run_limit: { reason: 'limit', status: null },
  MaxIterationsReached: { reason: 'limit', status: null },
  cancelled: { reason: 'interrupted', status: null },
};

const named = (cause: string) => (Object.hasOwn(CAUSES, cause) ? CAUSES[cause] : undefined);

function fromFailure(event: Fields): readonly AgentEvent[] {
  const known = named(String(fields(event.classification).cause));
  const { reason, status } = known ?? named(String(event.code)) ?? { reason: 'failed', status: null };
  return [
    { type: 'error', message: cut(`${text(event.code) ?? ''}: ${text(event.detail) ?? ''}`) },
    { type: 'finished', ok: false, reason, status },
  ];
}

/** An answer without a tool ends the conversation as well; only the state says so. */
function fromState(event: Fields, line: string): readonly AgentEvent[] {
  if (event.key !== 'execution_status') return other(line, 'ConversationStateUpdateEvent');
  if (event.value === 'finished') return [{ type: 'finished', ok: true, reason: 'completed', status: null }];
  if (event.value === 'stuck') return [{ type: 'finished', ok: false, reason: 'limit', status: null }];
  return other(line, 'ConversationStateUpdateEvent');
}

const contentOf = (content: unknown): string =>
  cut(
    list(content)
      .map((part) => text(part.text) ?? '')
      .join('\n'),
  );
