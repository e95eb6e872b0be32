// What the driver in the box says, one JSON object per line: the agent's session updates, merged call by call.
import type { AgentEvent, FileChange, FinishReason } from '../contract.ts';
import { cut, type Fields, fields, list, number, other, readJsonLine, text } from '../json-line.ts';

export function parseAcp(line: string): readonly AgentEvent[] {
  const event = readJsonLine(line);
  switch (event?.type) {
    case 'session':
      return [{ type: 'started', session: text(event.id), model: null }];
    case 'message':
      return [{ type: 'message', text: text(event.text) ?? '' }];
    case 'tool':
      return fromTool(fields(event.call), event.phase === 'ended', line);
    case 'error':
      return fromError(event);
    case 'end':
      return [{ type: 'finished', ...endOf(event.stopReason), status: null }];
    default:
      return other(line, event?.type);
  }
}

function fromTool(call: Fields, ended: boolean, line: string): readonly AgentEvent[] {
  const ok = call.status === 'completed';
  if (call.kind === 'execute')
    return [
      {
        type: 'command',
        id: text(call.toolCallId) ?? '',
        phase: ended ? 'ended' : 'started',
        command: text(fields(call.rawInput).command) ?? text(call.title),
        // The protocol tells success and no code.
        exitCode: ended && ok ? 0 : null,
        output: ended ? outputOf(call) : null,
      },
    ];
  const changes = ended && ok ? list(call.content).flatMap(changeOf) : [];
  return changes.length > 0 ? [{ type: 'file_change', changes }] : other(line, `tool ${text(call.kind) ?? ''}`);
}

const outputOf = ({ content }: Fields): string =>
  cut(
    list(content)
      .map((part) => text(fields(part.content).text) ?? '')
      .join('\n'),
  );

const changeOf = (part: Fields): readonly FileChange[] =>
  part.type === 'diff' && typeof part.path === 'string'
    ? [{ path: cut(part.path), kind: typeof part.oldText === 'string' ? 'update' : 'add' }]
    : [];

/** Agents pass on the status of their model's API as the code, or hide it in words; the gateway knows it. */
function fromError(event: Fields): readonly AgentEvent[] {
  const code = number(event.code);
  const status = code !== null && code >= 400 && code < 600 ? code : null;
  return [
    { type: 'error', message: text(event.message) ?? '' },
    { type: 'finished', ok: false, reason: status === null ? 'failed' : 'api_error', status },
  ];
}

const reasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'completed',
  refusal: 'refused',
  max_tokens: 'limit',
  max_turn_requests: 'limit',
  cancelled: 'interrupted',
};

function endOf(stopReason: unknown): { ok: boolean; reason: FinishReason } {
  const reason = reasons[String(stopReason)] ?? 'failed';
  return { ok: reason === 'completed', reason };
}
