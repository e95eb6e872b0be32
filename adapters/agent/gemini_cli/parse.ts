// `gemini --output-format stream-json`, one JSON object per line.
import type { AgentEvent } from '../contract.ts';
import { count, cut, type Fields, fields, number, other, readJsonLine, text } from '../json-line.ts';

const SHELL = 'run_shell_command';

export function parseGemini(line: string): readonly AgentEvent[] {
  const event = readJsonLine(line);
  switch (event?.type) {
    case 'init':
      return [{ type: 'started', session: text(event.session_id), model: text(event.model) }];
    case 'message':
      return event.role === 'assistant'
        ? [{ type: 'message', text: text(event.content) ?? '' }]
        : other(line, 'message user');
    case 'tool_use':
      return fromToolUse(event, line);
    case 'tool_result':
      return fromToolResult(event, line);
    case 'error':
      return [{ type: 'error', message: text(event.message) ?? '' }];
    case 'result':
      return fromResult(event);
    default:
      return other(line, event?.type);
  }
}

function fromToolUse(event: Fields, line: string): readonly AgentEvent[] {
  const parameters = fields(event.parameters);
  if (event.tool_name === SHELL)
    return [
      {
        type: 'command',
        id: text(event.tool_id) ?? '',
        phase: 'started',
        command: text(parameters.command),
        exitCode: null,
        output: null,
      },
    ];
  if ((event.tool_name === 'write_file' || event.tool_name === 'replace') && typeof parameters.file_path === 'string')
    return [{ type: 'file_change', changes: [{ path: cut(parameters.file_path), kind: 'update' }] }];
  return other(line, `tool ${text(event.tool_name) ?? ''}`);
}

/** The id begins with the tool's name; that is the only trace of which tool it was. */
function fromToolResult(event: Fields, line: string): readonly AgentEvent[] {
  const id = text(event.tool_id) ?? '';
  if (!id.startsWith(SHELL)) return other(line, 'tool_result');
  // The stream has no exit code: success is all it tells.
  return [
    {
      type: 'command',
      id,
      phase: 'ended',
      command: null,
      exitCode: event.status === 'success' ? 0 : null,
      output: text(event.output),
    },
  ];
}

function fromResult(event: Fields): readonly AgentEvent[] {
  const stats = fields(event.stats);
  const ok = event.status === 'success';
  const error = fields(event.error);
  const limit = error.type === 'FatalTurnLimitedError';
  return [
    {
      type: 'usage',
      usage: { calls: 0, inputTokens: count(stats.input_tokens), outputTokens: count(stats.output_tokens) },
      cachedInputTokens: count(stats.cached),
    },
    { type: 'finished', ok, reason: ok ? 'completed' : limit ? 'limit' : 'failed', status: number(error.code) },
  ];
}
