import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Protocol } from '../../model/script.ts';
import { BODIES, type GatewayWorld, openGatewayWorld, PROTOCOLS, RUN } from './gateway-world.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await openGatewayWorld({ limits: { bodyBytes: 100_000 } });
});
afterAll(() => world.close());

const openai = (more: object) => ({ ...BODIES['openai-responses'], ...more });
const anthropic = (more: object) => ({ ...BODIES['anthropic-messages'], ...more });
const gemini = (more: object) => ({ ...BODIES.gemini, ...more });
const parts = (...content: object[]) => ({ input: [{ type: 'message', role: 'user', content }] });
const blocks = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const geminiParts = (...list: object[]) => ({ contents: [{ role: 'user', parts: list }] });

const bodies: [code: string, protocol: Protocol, what: string, body: unknown][] = [
  ['model_not_allowed', 'openai-responses', 'another model', openai({ model: 'dearer' })],
  ['model_not_allowed', 'openai-responses', 'no model', openai({ model: undefined })],
  ['model_not_allowed', 'anthropic-messages', 'another model', anthropic({ model: 'dearer' })],
  ['body_not_json', 'openai-responses', 'text', 'hello'],
  ['body_not_json', 'openai-responses', 'a list', '[]'],
  ['body_too_large', 'openai-responses', 'a long text', openai({ input: 'x'.repeat(200_000) })],

  ['field_not_allowed', 'openai-responses', 'background', openai({ background: true })],
  ['field_not_allowed', 'openai-responses', 'a stored conversation', openai({ previous_response_id: 'resp_1' })],
  ['field_not_allowed', 'openai-responses', 'a stored prompt', openai({ prompt: { id: 'p' } })],
  ['field_not_allowed', 'openai-responses', 'a dearer tier', openai({ service_tier: 'priority' })],
  ['field_not_allowed', 'openai-responses', 'anything new', openai({ invented_tomorrow: 1 })],
  ...[
    'web_search',
    'web_search_preview',
    'code_interpreter',
    'file_search',
    'computer_use_preview',
    'mcp',
    'image_generation',
    'shell',
  ].map((type): [string, Protocol, string, unknown] => [
    'hosted_tool',
    'openai-responses',
    `tool ${type}`,
    openai({ tools: [{ type }] }),
  ]),
  ['hosted_tool', 'openai-responses', 'a tool without type', openai({ tools: [{ name: 'x' }] })],
  ['hosted_tool', 'openai-responses', 'tools that are no list', openai({ tools: { 0: { type: 'mcp' } } })],
  [
    'hosted_tool',
    'openai-responses',
    'a tool inside a namespace',
    openai({ tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'mcp' }] }] }),
  ],
  [
    'hosted_tool',
    'openai-responses',
    'a tool inside the input',
    openai({ input: [{ type: 'additional_tools', tools: [{ type: 'web_search' }] }] }),
  ],
  [
    'url_input',
    'openai-responses',
    'an image by URL',
    openai(parts({ type: 'input_image', image_url: 'http://169.254.169.254/' })),
  ],
  [
    'url_input',
    'openai-responses',
    'a file by URL',
    openai(parts({ type: 'input_file', file_url: 'https://example.org' })),
  ],
  ['stored_input', 'openai-responses', 'a stored file', openai(parts({ type: 'input_image', file_id: 'file-1' }))],
  ['stored_input', 'openai-responses', 'a stored item', openai({ input: [{ type: 'item_reference', id: 'msg_1' }] })],
  [
    'content_not_allowed',
    'openai-responses',
    'a hosted call in the history',
    openai({ input: [{ type: 'mcp_call' }] }),
  ],
  [
    'url_input',
    'openai-responses',
    'an image by URL in a tool result',
    openai({
      input: [{ type: 'function_call_output', output: [{ type: 'input_image', image_url: 'https://example.org' }] }],
    }),
  ],

  [
    'content_not_allowed',
    'openai-responses',
    'content that is no list',
    openai({ input: [{ role: 'user', content: { image_url: 'https://example.org' } }] }),
  ],
  [
    'content_not_allowed',
    'anthropic-messages',
    'a source of a new kind',
    anthropic(blocks({ type: 'image', source: { type: 'invented' } })),
  ],
  [
    'field_not_allowed',
    'anthropic-messages',
    'remote MCP',
    anthropic({ mcp_servers: [{ type: 'url', url: 'https://example.org' }] }),
  ],
  ['field_not_allowed', 'anthropic-messages', 'a container', anthropic({ container: { skills: [] } })],
  ...['web_search_20250305', 'web_fetch_20250910', 'code_execution_20250825', 'computer_20250124', 'mcp_toolset'].map(
    (type): [string, Protocol, string, unknown] => [
      'hosted_tool',
      'anthropic-messages',
      `tool ${type}`,
      anthropic({ tools: [{ type, name: 'x' }] }),
    ],
  ),
  [
    'url_input',
    'anthropic-messages',
    'an image by URL',
    anthropic(blocks({ type: 'image', source: { type: 'url', url: 'https://example.org' } })),
  ],
  [
    'stored_input',
    'anthropic-messages',
    'a stored file',
    anthropic(blocks({ type: 'document', source: { type: 'file', file_id: 'f' } })),
  ],
  [
    'url_input',
    'anthropic-messages',
    'a URL in a tool result',
    anthropic(blocks({ type: 'tool_result', content: [{ type: 'image', source: { type: 'url' } }] })),
  ],
  [
    'url_input',
    'anthropic-messages',
    'a URL inside a document',
    anthropic(
      blocks({ type: 'document', source: { type: 'content', content: [{ type: 'image', source: { type: 'url' } }] } }),
    ),
  ],
  [
    'content_not_allowed',
    'anthropic-messages',
    'an upload',
    anthropic(blocks({ type: 'container_upload', file_id: 'f' })),
  ],

  ['field_not_allowed', 'gemini', 'stored content', gemini({ cachedContent: 'cachedContents/1' })],
  ...[
    'googleSearch',
    'google_search',
    'codeExecution',
    'urlContext',
    'computerUse',
    'fileSearch',
    'googleMaps',
    'mcpServers',
  ].map((name): [string, Protocol, string, unknown] => [
    'hosted_tool',
    'gemini',
    `tool ${name}`,
    gemini({ tools: [{ [name]: {} }] }),
  ]),
  ['url_input', 'gemini', 'a file by URI', gemini(geminiParts({ fileData: { fileUri: 'https://example.org' } }))],
  [
    'content_not_allowed',
    'gemini',
    'a file by URI, spelled otherwise',
    gemini(geminiParts({ file_data: { file_uri: 'https://example.org' } })),
  ],
  [
    'url_input',
    'gemini',
    'a URI in a tool result',
    gemini(geminiParts({ functionResponse: { parts: [{ fileData: {} }] } })),
  ],
];

test.each(bodies)('%s: %s refuses %s', async (code, protocol, _what, body) => {
  const answer = await world.ask(protocol, body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).not.toBe(429);
  expect(await answer.json()).toMatchObject({ error: { message: expect.stringMatching(/./) } });
  expect(world.ledger.truth(RUN.run).calls.at(-1)).toMatchObject({ denied: code, counted: 'nothing' });
  expect(world.provider.log).toEqual([]);
});

const routes: [Protocol, method: string, path: string][] = [
  ['openai-responses', 'GET', '/v1/responses/resp_1'],
  ['openai-responses', 'POST', '/v1/batches'],
  ['openai-responses', 'POST', '/v1/files'],
  ['openai-responses', 'POST', '/v1/chat/completions'],
  ['openai-responses', 'POST', '/v1/responses/../files'],
  ['openai-responses', 'POST', '//v1/responses'],
  ['anthropic-messages', 'POST', '/v1/messages/batches'],
  ['anthropic-messages', 'GET', '/v1/models'],
  ['gemini', 'POST', '/v1beta/models/the-model:batchGenerateContent'],
  ['gemini', 'POST', '/v1beta/cachedContents'],
  ['gemini', 'POST', '/v1beta/models/..%2f..%2ffiles:generateContent'],
  ['gemini', 'POST', '/upload/v1beta/files'],
];

test.each(routes)('%s has no route %s %s', async (protocol, method, path) => {
  const answer = await world.ask(protocol, undefined, { method, path, ...(method === 'GET' ? { body: null } : {}) });
  expect(answer.status).toBe(404);
  expect(world.provider.log).toEqual([]);
});

test('a model in the path is checked like one in the body', async () => {
  expect((await world.ask('gemini', BODIES.gemini, { path: '/v1beta/models/dearer:generateContent' })).status).toBe(
    403,
  );
});

test.each(PROTOCOLS)('%s: a compressed body is not read', async (protocol) => {
  expect((await world.ask(protocol, undefined, { headers: { 'content-encoding': 'gzip' } })).status).toBe(400);
});

test('features that a beta header could switch on are dropped, harmless ones stay', async () => {
  const made = await openGatewayWorld();
  const headers = {
    'anthropic-beta': 'mcp-client-2025-11-20, claude-code-20250219,files-api-2025-04-14,code-execution-2025-08-25',
  };
  await (await made.ask('anthropic-messages', undefined, { headers })).text();
  expect(made.provider.log[0]?.headers['anthropic-beta']).toBe('claude-code-20250219');
  await made.close();
});
