// OpenAI Responses: one call, answered in one piece or as a stream, nothing stored.
import type { Denial, Dialect, Json, Observed } from './contract.ts';
import {
  allObjects,
  firstDenial,
  hostedTool,
  object,
  objects,
  storedInput,
  string,
  tokens,
  unknownContent,
  unknownField,
  urlInput,
} from './inspect.ts';

/** `background`, `conversation`, `previous_response_id`, `prompt` and `service_tier` are missing on purpose. */
const FIELDS = new Set(
  'model stream input instructions tools tool_choice parallel_tool_calls reasoning store include prompt_cache_key text client_metadata max_output_tokens temperature top_p truncation metadata stream_options safety_identifier'.split(
    ' ',
  ),
);
/** Tools that the client runs. `namespace` groups others. */
const TOOLS = new Set(['function', 'custom', 'namespace', 'local_shell', 'apply_patch']);
const ITEMS = new Set(
  'message function_call function_call_output custom_tool_call custom_tool_call_output local_shell_call local_shell_call_output apply_patch_call apply_patch_call_output reasoning compaction additional_tools'.split(
    ' ',
  ),
);
const PARTS = new Set([
  'input_text',
  'output_text',
  'refusal',
  'input_image',
  'summary_text',
  'reasoning_text',
  'text',
]);
const HEADERS = ['content-type', 'accept'];

export const openaiResponses: Dialect = {
  route: ({ method, path }) =>
    method === 'POST' && path === '/v1/responses' ? { target: '/v1/responses', model: null, stream: null } : null,

  inspect(body) {
    if (typeof body.input !== 'string' && !allObjects(body.input)) return unknownContent('input');
    if (!allObjects(body.tools)) return hostedTool('?');
    return unknownField(body, FIELDS) ?? inspectTools(body.tools) ?? firstDenial(objects(body.input), inspectItem);
  },

  maxOutput: (body) => tokens(body.max_output_tokens),
  // Not stored: what is stored can be read back by id, outside this run.
  rewrite: (body, maxOutput) => ({ ...body, store: false, max_output_tokens: maxOutput }),
  warn: (body, text) => ({
    ...body,
    input: [
      ...(typeof body.input === 'string' ? [said('user', body.input)] : objects(body.input)),
      said('developer', text),
    ],
  }),

  headers: (agent, key) => ({ ...pick(agent, HEADERS), authorization: `Bearer ${key}` }),

  conversation: (body) => [
    ...(body.instructions ? [{ role: 'system', content: body.instructions }] : []),
    ...(typeof body.input === 'string' ? [said('user', body.input)] : objects(body.input)),
  ],
  answered(event) {
    if (event.type === 'response.output_item.done') return `\n${JSON.stringify(event.item)}`;
    return event.object === 'response' ? JSON.stringify(event.output) : '';
  },

  observe(seen, event) {
    const type = string(event.type);
    if (type === 'response.output_item.done') return { ...seen, refused: seen.refused || declines(object(event.item)) };
    if (type === 'error')
      return { ...seen, errorCode: string(event.code) ?? string(object(event.error).code) ?? 'error' };
    if (type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed')
      return finish(seen, object(event.response));
    // The answer in one piece.
    return event.object === 'response' ? finish(seen, event) : seen;
  },

  error: (_status, code, message) => ({ error: { message, type: code, code, param: null } }),
  errorCode: (body) => string(object(body.error).code) ?? string(object(body.error).type),
};

const said = (role: string, text: string): Json => ({
  type: 'message',
  role,
  content: [{ type: 'input_text', text }],
});

function finish(seen: Observed, response: Json): Observed {
  const usage = object(response.usage);
  return {
    inputTokens: tokens(usage.input_tokens),
    outputTokens: tokens(usage.output_tokens),
    cacheRead: tokens(object(usage.input_tokens_details).cached_tokens) ?? 0,
    cacheWrite: 0,
    complete: response.status !== 'failed',
    refused: seen.refused || objects(response.output).some(declines),
    errorCode: response.status === 'failed' ? (string(object(response.error).code) ?? 'failed') : seen.errorCode,
  };
}

const declines = (item: Json): boolean =>
  item.type === 'message' && objects(item.content).some((part) => part.type === 'refusal');

const inspectTools = (tools: unknown): Denial | null => firstDenial(objects(tools), inspectTool);

function inspectTool(tool: Json): Denial | null {
  if (!TOOLS.has(String(tool.type))) return hostedTool(tool.type);
  if (tool.type !== 'namespace') return null;
  return allObjects(tool.tools) ? inspectTools(tool.tools) : hostedTool('?');
}

function inspectItem(item: Json): Denial | null {
  const type = item.type ?? 'message';
  if (type === 'item_reference') return storedInput('An item reference');
  if (!ITEMS.has(String(type))) return unknownContent(type);
  if (type === 'additional_tools') return allObjects(item.tools) ? inspectTools(item.tools) : hostedTool('?');
  return inspectParts(item.content) ?? inspectParts(item.output);
}

function inspectParts(content: unknown): Denial | null {
  if (content === undefined || content === null || typeof content === 'string') return null;
  if (!allObjects(content)) return unknownContent('part');
  return firstDenial(objects(content), (part) => {
    if ('file_url' in part) return urlInput('file_url');
    if ('file_id' in part && part.file_id !== null) return storedInput('file_id');
    if (part.type === 'input_image' && !String(part.image_url).startsWith('data:')) return urlInput('image_url');
    return PARTS.has(String(part.type)) ? null : unknownContent(part.type);
  });
}

const pick = (headers: Headers, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : [])));
