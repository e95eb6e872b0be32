// `claude -p --output-format stream-json --verbose`, one JSON object per line.
import type { AgentEvent, FinishReason } from '../contract.ts';
import { count, cut, type Fields, fields, list, number, other, readJsonLine, text } from '../json-line.ts';

export function parseClaude(line: string): readonly AgentEvent[] {
  const event = readJsonLine(line);
  switch (event?.type) {
    case 'system':
      return fromSystem(event, line);
    case 'assistant':
      return fromAssistant(fields(event.message), line);
    case 'user':
      return fromUser(event, line);
    case 'result':
      return fromResult(event);
    default:
      return other(line, event?.type);
  }
}

function fromSystem(event: Fields, line: string): readonly AgentEvent[] {
  if (event.subtype === 'init') return [{ type: 'started', session: text(event.session_id), model: text(event.model) }];
  if (event.subtype === 'api_retry')
    return [{ type: 'retry', attempt: count(event.attempt), status: number(event.error_status) }];
  if (event.subtype === 'permission_denied') return [{ type: 'error', message: text(event.message) ?? '' }];
  return other(line, `system ${text(event.subtype) ?? ''}`);
}

/** What the CLI itself says in the model's place (API errors) comes as a message of a model with this name. */
const SYNTHETIC = '<synthetic>';

function fromAssistant(message: Fields, line: string): readonly AgentEvent[] {
  const blocks = list(message.content);
  if (message.model !== SYNTHETIC) return blocks.flatMap((block) => fromBlock(block, line));
  return blocks.map((block) => ({ type: 'error', message: text(block.text) ?? '' }));
}

function fromBlock(block: Fields, line: string): readonly AgentEvent[] {
  if (block.type === 'text') return [{ type: 'message', text: text(block.text) ?? '' }];
  if (block.type !== 'tool_use') return other(line, `assistant ${text(block.type) ?? ''}`);
  if (block.name !== 'Bash') return other(line, `tool ${text(block.name) ?? ''}`);
  const command = text(fields(block.input).command);
  return [{ type: 'command', id: text(block.id) ?? '', phase: 'started', command, exitCode: null, output: null }];
}

/** A tool's result names only the call's id. That it was a shell shows in `stdout`, that it was an edit in `filePath`. */
function fromUser(event: Fields, line: string): readonly AgentEvent[] {
  const result = fields(event.tool_use_result);
  const block = list(fields(event.message).content).find((part) => part.type === 'tool_result');
  if (block === undefined) return other(line, 'user');
  if (typeof result.stdout === 'string') {
    const output = cut([result.stdout, text(result.stderr)].filter(Boolean).join('\n'));
    // Success is all it tells about the exit code.
    const exitCode = block.is_error === true ? null : 0;
    return [{ type: 'command', id: text(block.tool_use_id) ?? '', phase: 'ended', command: null, exitCode, output }];
  }
  if (typeof result.filePath === 'string' && block.is_error !== true)
    return [
      {
        type: 'file_change',
        changes: [{ path: cut(result.filePath), kind: result.type === 'create' ? 'add' : 'update' }],
      },
    ];
  return other(line, 'tool_result');
}

function fromResult(event: Fields): readonly AgentEvent[] {
  const usage = fields(event.usage);
  const cached = count(usage.cache_read_input_tokens);
  const inputTokens = count(usage.input_tokens) + count(usage.cache_creation_input_tokens) + cached;
  const reason = reasonOf(event);
  return [
    {
      type: 'usage',
      usage: { calls: 0, inputTokens, outputTokens: count(usage.output_tokens) },
      cachedInputTokens: cached,
    },
    { type: 'finished', ok: reason === 'completed', reason, status: number(event.api_error_status) },
  ];
}

/** `subtype` says success also when the API failed; `is_error` and `terminal_reason` tell. */
function reasonOf(event: Fields): FinishReason {
  if (event.stop_reason === 'refusal') return 'refused';
  if (event.is_error !== true && event.subtype === 'success') return 'completed';
  const reason = event.terminal_reason;
  if (reason === 'api_error') return 'api_error';
  if (reason === 'max_turns' || reason === 'budget_exhausted') return 'limit';
  return reason === 'aborted_tools' || reason === 'aborted_streaming' ? 'interrupted' : 'failed';
}
