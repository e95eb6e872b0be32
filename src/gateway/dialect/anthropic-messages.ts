// Anthropic Messages: POST /v1/messages, in one piece or as a stream.
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

/** `mcp_servers`, `container` and `service_tier` are missing on purpose. */
const FIELDS = new Set(
  'model messages system max_tokens stream temperature top_p top_k stop_sequences tools tool_choice metadata thinking output_config context_management cache_control'.split(
    ' ',
  ),
);
/** Tools with a schema of their own (no type) and those that Anthropic defines but the client runs, without a computer. */
const TOOLS = /^(?:custom|bash_\d+|text_editor_\d+)$/;
const BLOCKS = new Set([
  'text',
  'image',
  'document',
  'tool_use',
  'tool_result',
  'tool_reference',
  'thinking',
  'redacted_thinking',
]);
const SOURCES = new Set(['base64', 'text', 'content']);
/** Features that change only how the model thinks and how the conversation is kept. Others are dropped from the header. */
const BETAS =
  /^(?:claude-code|interleaved-thinking|context-management|per-turn-control|mid-conversation-tool-changes|thinking-token-count|thinking-display-updates|advanced-tool-use|effort|fine-grained-tool-streaming|prompt-caching-scope|structured-outputs|context-1m)-[\d-]+$/;

export const anthropicMessages: Dialect = {
  route: ({ method, path }) =>
    method === 'POST' && path === '/v1/messages'
      ? { target: '/v1/messages?beta=true', model: null, stream: null }
      : null,

  inspect(body) {
    if (!allObjects(body.tools)) return hostedTool('?');
    if (!allObjects(body.messages)) return unknownContent('message');
    const tools = firstDenial(objects(body.tools), (tool) =>
      tool.type === undefined || TOOLS.test(String(tool.type)) ? null : hostedTool(tool.type),
    );
    const messages = () => firstDenial(objects(body.messages), (message) => inspectContent(message.content));
    return unknownField(body, FIELDS) ?? tools ?? inspectContent(body.system) ?? messages();
  },

  maxOutput: (body) => tokens(body.max_tokens),
  rewrite: (body, maxOutput) => ({ ...body, max_tokens: maxOutput }),
  // A message of its own, which the provider joins to the one before: what is cached of that one stays as it is.
  warn: (body, text) => ({ ...body, messages: [...objects(body.messages), { role: 'user', content: text }] }),

  headers(agent, key) {
    const betas = (agent.get('anthropic-beta') ?? '')
      .split(',')
      .map((beta) => beta.trim())
      .filter((beta) => BETAS.test(beta));
    return {
      'content-type': 'application/json',
      accept: agent.get('accept') ?? 'application/json',
      'anthropic-version': '2023-06-01',
      ...(betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }),
      'x-api-key': key,
    };
  },

  conversation: (body) => [
    ...(body.system ? [{ role: 'system', content: body.system }] : []),
    ...objects(body.messages),
  ],
  answered(event) {
    const delta = object(event.delta);
    switch (event.type) {
      case 'content_block_start': {
        const block = object(event.content_block);
        return `\n[${[block.type, block.name].filter(Boolean).join(' ')}] `;
      }
      case 'content_block_delta':
        return [delta.text, delta.thinking, delta.partial_json].filter((text) => typeof text === 'string').join('');
      case 'message':
        return JSON.stringify(event.content);
      default:
        return '';
    }
  },

  observe(seen, event) {
    switch (event.type) {
      case 'message_start':
        // What it says of the output is where the count begins, not what the answer will have used.
        return { ...seen, ...counts(object(object(event.message).usage), seen), outputTokens: null };
      case 'message_delta':
        return {
          ...seen,
          ...counts(object(event.usage), seen),
          refused: seen.refused || object(event.delta).stop_reason === 'refusal',
        };
      case 'message_stop':
        return { ...seen, complete: true };
      case 'message':
        return {
          ...seen,
          ...counts(object(event.usage), seen),
          complete: true,
          refused: event.stop_reason === 'refusal',
        };
      case 'error':
        return { ...seen, errorCode: string(object(event.error).type) ?? 'error' };
      default:
        return seen;
    }
  },

  error: (_status, code, message) => ({ type: 'error', error: { type: code, message } }),
  errorCode: (body) => string(object(body.error).type),
};

/** Counts are cumulative; the input is told in three parts, and the last event may tell only the output. */
function counts(usage: Json, seen: Observed) {
  const input = tokens(usage.input_tokens);
  const cacheRead = tokens(usage.cache_read_input_tokens) ?? (input === null ? seen.cacheRead : 0);
  const cacheWrite = tokens(usage.cache_creation_input_tokens) ?? (input === null ? seen.cacheWrite : 0);
  return {
    inputTokens: input === null ? seen.inputTokens : input + cacheRead + cacheWrite,
    cacheRead,
    cacheWrite,
    outputTokens: tokens(usage.output_tokens) ?? seen.outputTokens,
  };
}

function inspectContent(content: unknown): Denial | null {
  if (typeof content === 'string') return null;
  if (!allObjects(content)) return unknownContent('block');
  return firstDenial(objects(content), inspectBlock);
}

function inspectBlock(block: Json): Denial | null {
  if (!BLOCKS.has(String(block.type))) return unknownContent(block.type);
  const source = object(block.source);
  if (source.type === 'url') return urlInput('source.url');
  if (source.type === 'file') return storedInput('source.file_id');
  if (block.source !== undefined && !SOURCES.has(String(source.type))) return unknownContent(source.type);
  return inspectContent(block.content) ?? inspectContent(source.content);
}
