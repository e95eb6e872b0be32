import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT_TEXT_LIMIT } from '../../../../adapters/agent/contract.ts';
import { agents } from '../../../../adapters/agent/index.ts';
import { recorded } from './recorded.ts';

const { codex, claude_code: claude, gemini_cli: gemini, openhands } = agents;

test('codex: a command, a message, the totals and the end', () => {
  const command = expect.stringContaining('hello.txt');
  expect(recorded(codex, 'codex-success')).toEqual([
    { type: 'started', session: expect.any(String), model: null },
    { type: 'error', message: expect.stringContaining('Model metadata') },
    { type: 'other', kind: 'turn.started', line: '{"type":"turn.started"}' },
    { type: 'command', id: 'item_1', phase: 'started', command, exitCode: null, output: null },
    { type: 'command', id: 'item_1', phase: 'ended', command, exitCode: 0, output: 'hello from mock\n' },
    { type: 'message', text: 'Done: created hello.txt.' },
    { type: 'usage', usage: { calls: 0, inputTokens: 2468, outputTokens: 112 }, cachedInputTokens: 400 },
    { type: 'finished', ok: true, reason: 'completed', status: null },
  ]);
});

test('codex: an edit by patch is a file change, once', () => {
  const changes = recorded(codex, 'codex-apply-patch').filter((event) => event.type === 'file_change');
  expect(changes).toEqual([{ type: 'file_change', changes: [{ path: '/workspace/hello.txt', kind: 'add' }] }]);
});

test('claude: cached input counts as input', () => {
  expect(recorded(claude, 'claude-success')).toEqual([
    { type: 'started', session: expect.any(String), model: 'claude-opus-5-5' },
    {
      type: 'command',
      id: 'toolu_mock_0',
      phase: 'started',
      command: expect.stringContaining('hello.txt'),
      exitCode: null,
      output: null,
    },
    { type: 'command', id: 'toolu_mock_0', phase: 'ended', command: null, exitCode: 0, output: 'hello from mock' },
    { type: 'message', text: 'Done: created hello.txt.' },
    { type: 'usage', usage: { calls: 0, inputTokens: 2468, outputTokens: 112 }, cachedInputTokens: 400 },
    { type: 'finished', ok: true, reason: 'completed', status: null },
  ]);
});

test('claude: a failed API is a retry, an error and an end, never a message of the model', () => {
  const events = recorded(claude, 'claude-429');
  expect(events).toContainEqual({ type: 'retry', attempt: 1, status: 429 });
  expect(events.filter((event) => event.type === 'message')).toEqual([]);
  expect(events.at(-1)).toEqual({ type: 'finished', ok: false, reason: 'api_error', status: 429 });
});

test('gemini: the same story', () => {
  const id = expect.stringMatching(/^run_shell_command/);
  expect(recorded(gemini, 'gemini-success')).toEqual([
    { type: 'started', session: expect.any(String), model: 'auto' },
    { type: 'other', kind: 'message user', line: expect.any(String) },
    {
      type: 'command',
      id,
      phase: 'started',
      command: expect.stringContaining('hello.txt'),
      exitCode: null,
      output: null,
    },
    { type: 'command', id, phase: 'ended', command: null, exitCode: 0, output: 'hello from mock' },
    { type: 'message', text: 'Done: created hello.txt.' },
    { type: 'usage', usage: { calls: 0, inputTokens: 3702, outputTokens: 168 }, cachedInputTokens: 600 },
    { type: 'finished', ok: true, reason: 'completed', status: null },
  ]);
});

test('openhands: edits, tool errors and ends that are not told by FinishAction', () => {
  const parse = (event: object) => openhands.parse(JSON.stringify(event));
  const edited = { kind: 'FileEditorObservation', command: 'create', path: '/checkout/a.ts', prev_exist: false };
  expect(parse({ kind: 'ObservationEvent', tool_call_id: 'c1', observation: edited })).toEqual([
    { type: 'file_change', changes: [{ path: '/checkout/a.ts', kind: 'add' }] },
  ]);
  expect(parse({ kind: 'ObservationEvent', observation: { ...edited, command: 'view' } })).toMatchObject([
    { type: 'other' },
  ]);
  expect(parse({ kind: 'AgentErrorEvent', error: 'no such tool' })).toEqual([
    { type: 'error', message: 'no such tool' },
  ]);
  expect(parse({ kind: 'ActionEvent', action: { kind: 'FinishAction', message: 'Done.' } })).toEqual([
    { type: 'message', text: 'Done.' },
    { type: 'finished', ok: true, reason: 'completed', status: null },
  ]);
  const failure = { kind: 'ConversationErrorEvent', code: 'APIError', detail: 'no' };
  expect(parse({ ...failure, classification: { cause: 'quota' } }).at(-1)).toMatchObject({ ok: false, status: 402 });
  expect(parse({ ...failure, code: 'LLMRateLimitError' }).at(-1)).toMatchObject({ ok: false, status: 429 });
  expect(parse({ ...failure, code: 'constructor' }).at(-1)).toMatchObject({ ok: false, reason: 'failed' });
  expect(parse({ kind: 'ConversationStateUpdateEvent', key: 'execution_status', value: 'stuck' }).at(-1)).toMatchObject(
    { ok: false, reason: 'limit' },
  );
});

test.each(Object.values(agents))('$name: no line is lost and none is fatal', (adapter) => {
  for (const line of [
    'Warning: something',
    '{',
    '{"type":',
    '[]',
    'null',
    '{"type":5}',
    '{"type":"result"}',
    '{"type":"item.completed"}',
  ]) {
    expect(() => adapter.parse(line)).not.toThrow();
  }
  expect(adapter.parse('Warning: something')).toEqual([{ type: 'other', kind: 'text', line: 'Warning: something' }]);
  const invented = '{"type":"invented","kind":"invented"}';
  expect(adapter.parse(invented)).toEqual([{ type: 'other', kind: 'invented', line: invented }]);
});

test.each(Object.values(agents))('$name: any JSON is read without an exception and cut to a limit', (adapter) => {
  const types = fc.constantFrom(
    'item.completed',
    'item.started',
    'turn.completed',
    'turn.failed',
    'error',
    'system',
    'assistant',
    'user',
    'result',
    'tool_use',
    'tool_result',
    'message',
  );
  fc.assert(
    fc.property(
      types,
      fc.dictionary(
        fc.constantFrom('item', 'message', 'usage', 'stats', 'subtype', 'content', 'tool_id', 'error'),
        fc.jsonValue(),
      ),
      (type, rest) => {
        const events = adapter.parse(JSON.stringify({ ...rest, type }));
        expect(events.every((event) => typeof event.type === 'string')).toBe(true);
      },
    ),
  );
  const [event] = adapter.parse(`x${'y'.repeat(100_000)}`);
  expect(event).toMatchObject({ type: 'other' });
  expect(JSON.stringify(event).length).toBeLessThan(EVENT_TEXT_LIMIT + 100);
});
