// `codex exec --json`, one JSON object per line.
import type { AgentEvent, FileChange } from '../contract.ts';
import { count, cut, type Fields, fields, list, number, other, readJsonLine, text } from '../json-line.ts';

export function parseCodex(line: string): readonly AgentEvent[] {
  const event = readJsonLine(line);
  switch (event?.type) {
    case 'thread.started':
      return [{ type: 'started', session: text(event.thread_id), model: null }];
    case 'item.started':
    case 'item.completed':
      return fromItem(fields(event.item), event.type === 'item.completed', line);
    case 'error':
      // Also how codex announces a retry; which one it is stands only in the text.
      return [{ type: 'error', message: text(event.message) ?? '' }];
    case 'turn.completed':
      return [...fromUsage(fields(event.usage)), { type: 'finished', ok: true, reason: 'completed', status: null }];
    case 'turn.failed':
      return [
        { type: 'error', message: text(fields(event.error).message) ?? '' },
        { type: 'finished', ok: false, reason: 'failed', status: null },
      ];
    default:
      return other(line, event?.type);
  }
}

function fromItem(item: Fields, completed: boolean, line: string): readonly AgentEvent[] {
  switch (item.type) {
    case 'command_execution':
      return [
        {
          type: 'command',
          id: text(item.id) ?? '',
          phase: completed ? 'ended' : 'started',
          command: text(item.command),
          exitCode: number(item.exit_code),
          output: completed ? text(item.aggregated_output) : null,
        },
      ];
    case 'file_change':
      return completed && item.status === 'completed'
        ? [{ type: 'file_change', changes: list(item.changes).map(fromChange) }]
        : [];
    case 'agent_message':
      return completed ? [{ type: 'message', text: text(item.text) ?? '' }] : [];
    case 'error':
      return [{ type: 'error', message: text(item.message) ?? '' }];
    default:
      return other(line, `item ${text(item.type) ?? ''}`);
  }
}

const fromChange = (change: Fields): FileChange => ({
  path: cut(String(change.path ?? '')),
  kind: change.kind === 'add' || change.kind === 'delete' ? change.kind : 'update',
});

/** One turn of codex is many calls of the model; how many it does not say. Its input includes the cached tokens. */
const fromUsage = (usage: Fields): readonly AgentEvent[] => [
  {
    type: 'usage',
    usage: { calls: 0, inputTokens: count(usage.input_tokens), outputTokens: count(usage.output_tokens) },
    cachedInputTokens: count(usage.cached_input_tokens),
  },
];
