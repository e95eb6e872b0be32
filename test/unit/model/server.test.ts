import { afterEach, expect, test } from 'vitest';
import { writesFile } from '../../model/scenarios.ts';
import type { Protocol, RequestView, Script } from '../../model/script.ts';
import { type ModelServer, startModelServer } from '../../model/server.ts';

const KEY = 'the-key';
const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(script: Script): Promise<ModelServer> {
  const server = await startModelServer({ script, key: KEY });
  servers.push(server);
  return server;
}

type Dialogue = { path: string; headers: Record<string, string>; first: object; second: object; shell: RegExp };

const dialogues: Record<Protocol, Dialogue> = {
  'openai-responses': {
    path: '/v1/responses',
    headers: { authorization: `Bearer ${KEY}` },
    first: {
      model: 'm',
      stream: true,
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Task' }] }],
      tools: [{ type: 'function', name: 'exec_command' }],
    },
    second: {
      model: 'm',
      stream: true,
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Task' }] },
        { type: 'function_call_output', call_id: 'call_0', output: 'hello' },
      ],
      tools: [{ type: 'function', name: 'exec_command' }],
    },
    shell: /"name":"exec_command"/,
  },
  'anthropic-messages': {
    path: '/v1/messages?beta=true',
    headers: { 'x-api-key': KEY },
    first: { model: 'm', stream: true, messages: [{ role: 'user', content: 'Task' }], tools: [{ name: 'Bash' }] },
    second: {
      model: 'm',
      stream: true,
      messages: [
        { role: 'user', content: 'Task' },
        { role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text: 'hello' }] }] },
      ],
      tools: [{ name: 'Bash' }],
    },
    shell: /"name":"Bash"/,
  },
  gemini: {
    path: '/v1beta/models/m:streamGenerateContent?alt=sse',
    headers: { 'x-goog-api-key': KEY },
    first: {
      contents: [{ role: 'user', parts: [{ text: 'Task' }] }],
      tools: [{ functionDeclarations: [{ name: 'run_shell_command' }] }],
    },
    second: {
      contents: [
        { role: 'user', parts: [{ text: 'Task' }] },
        { role: 'user', parts: [{ functionResponse: { name: 'run_shell_command', response: { output: 'hello' } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'run_shell_command' }] }],
    },
    shell: /"name":"run_shell_command"/,
  },
};

test.each(
  Object.entries(dialogues) as [Protocol, Dialogue][],
)('%s: a command first, words when its result is there', async (protocol, dialogue) => {
  const views: RequestView[] = [];
  const server = await start((view) => {
    views.push(view);
    return writesFile(view);
  });
  const post = (body: object) =>
    fetch(server.url + dialogue.path, { method: 'POST', headers: dialogue.headers, body: JSON.stringify(body) });
  expect(await (await post(dialogue.first)).text()).toMatch(dialogue.shell);
  expect(await (await post(dialogue.second)).text()).toContain('Created hello.txt.');
  const seen = {
    protocol,
    model: 'm',
    tools: [expect.any(String)],
    prompt: 'Task',
    written: [{ text: 'Task', turn: 0 }],
  };
  expect(views).toEqual([
    { ...seen, turn: 0, lastToolOutput: null },
    { ...seen, turn: 1, lastToolOutput: 'hello' },
  ]);
});

test.each(Object.values(dialogues))('$path: another key is refused', async ({ path, headers, first }) => {
  const server = await start(() => ({ say: 'never' }));
  for (const wrong of [{}, Object.fromEntries(Object.keys(headers).map((name) => [name, 'Bearer wrong']))]) {
    expect(
      (await fetch(server.url + path, { method: 'POST', headers: wrong, body: JSON.stringify(first) })).status,
    ).toBe(401);
  }
  expect(server.log.map((entry) => entry.view)).toEqual([null, null]);
});

test('a request without tools never gets a command', async () => {
  const server = await start(() => ({ shell: 'rm -rf .' }));
  const { path, headers, first } = dialogues['anthropic-messages'];
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...first, tools: [] }),
  });
  expect(await answer.text()).not.toContain('rm -rf');
});

test('an unknown path is not found', async () => {
  const server = await start(() => ({ say: 'never' }));
  expect((await fetch(`${server.url}/v1/files`, { method: 'POST' })).status).toBe(404);
});
