import { expect, test } from 'vitest';
import { acp } from '../../../../adapters/agent/acp/acp.ts';
import { parseAcp } from '../../../../adapters/agent/acp/parse.ts';
import { answerTo, type ToolCall } from '../../../../adapters/agent/acp/permission.ts';
import { AcpAgent } from '../../../../src/facts/policy.ts';

const options = [
  { optionId: 'always', kind: 'allow_always' },
  { optionId: 'once', kind: 'allow_once' },
  { optionId: 'no', kind: 'reject_once' },
];
const chosen = (call: ToolCall, given = options) => answerTo(call, given, ['/box']);

test.each<[string, ToolCall]>([
  ['a command', { kind: 'execute' }],
  ['a file of the workspace', { kind: 'edit', locations: [{ path: '/box/src/a.ts' }] }],
  ['a relative path', { kind: 'edit', content: [{ type: 'diff', path: 'src/a.ts' }] }],
  ['the workspace itself', { kind: 'read', locations: [{ path: '/box' }] }],
])('%s is allowed once, never for always', (_, call) => {
  expect(chosen(call)).toEqual({ outcome: 'selected', optionId: 'once' });
});

test.each<[string, ToolCall]>([
  ['a file elsewhere', { kind: 'edit', locations: [{ path: '/etc/passwd' }] }],
  ['a neighbour with the same beginning', { kind: 'edit', locations: [{ path: '/boxes/a' }] }],
  ['a path that climbs out', { kind: 'edit', content: [{ type: 'diff', path: '../a' }] }],
  ['one of several elsewhere', { kind: 'edit', locations: [{ path: '/box/a' }, { path: '/etc/shadow' }] }],
  ['the web', { kind: 'fetch' }],
  ['a change of mode', { kind: 'switch_mode' }],
])('%s is rejected', (_, call) => {
  expect(chosen(call)).toEqual({ outcome: 'selected', optionId: 'no' });
});

test('where there is no way to say no, nothing is chosen', () => {
  expect(chosen({ kind: 'fetch' }, options.slice(0, 2))).toEqual({ outcome: 'cancelled' });
});

const said = (line: object) => parseAcp(JSON.stringify(line));

test('what the client tells becomes events', () => {
  expect(said({ type: 'session', id: 's1' })).toEqual([{ type: 'started', session: 's1', model: null }]);
  const call = {
    toolCallId: 'e1',
    kind: 'edit',
    status: 'completed',
    content: [
      { type: 'diff', path: 'a.ts', oldText: 'x', newText: 'y' },
      { type: 'diff', path: 'b.ts', oldText: null, newText: 'y' },
    ],
  };
  expect(said({ type: 'tool', phase: 'ended', call })).toEqual([
    {
      type: 'file_change',
      changes: [
        { path: 'a.ts', kind: 'update' },
        { path: 'b.ts', kind: 'add' },
      ],
    },
  ]);
  expect(said({ type: 'tool', phase: 'ended', call: { ...call, status: 'failed' } })).toMatchObject([
    { type: 'other' },
  ]);
});

test.each([
  ['end_turn', true, 'completed'],
  ['refusal', false, 'refused'],
  ['max_tokens', false, 'limit'],
  ['max_turn_requests', false, 'limit'],
  ['cancelled', false, 'interrupted'],
  ['what nobody knows', false, 'failed'],
])('stop reason %s', (stopReason, ok, reason) => {
  expect(said({ type: 'end', stopReason })).toEqual([{ type: 'finished', ok, reason, status: null }]);
});

test.each([
  [429, 'api_error', 429],
  [-32603, 'failed', null],
])('error %d', (code, reason, status) => {
  expect(said({ type: 'error', code, message: 'm' })[1]).toEqual({ type: 'finished', ok: false, reason, status });
});

test('the prompt travels by standard input, the model by its name, and settings stay below the home', () => {
  const named = {
    command: ['agent', '--model={model}'],
    protocol: 'gemini' as const,
    env: { BASE: '{url}/x', H: '{home}' },
  };
  const launch = acp.prepare({
    installation: { version: '1', root: '/root', readOnly: ['/root', '/node', '/driver', '/programs'] },
    workspace: '/box',
    model: 'm-1',
    agent: { name: 'acp', model: 'm-1', acp: AcpAgent.parse(named) },
    prompt: 'secret plan',
    resume: 's1',
  });
  expect(launch.command.join(' ')).not.toContain('secret plan');
  expect(JSON.parse(launch.command.at(-1) ?? '')).toMatchObject({
    command: ['agent', '--model=m-1'],
    roots: ['/box'],
  });
  expect(JSON.parse(launch.stdin)).toEqual({ prompt: 'secret plan', resume: 's1' });
  expect(launch.env({ home: '/h', modelUrl: 'http://m' })).toEqual({ HOME: '/h', BASE: 'http://m/x', H: '/h' });
  for (const path of ['/etc/passwd', '../x', 'a/../../x'])
    expect(AcpAgent.safeParse({ ...named, files: { [path]: '' } }).success).toBe(false);
});
