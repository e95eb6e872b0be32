// Anthropic Messages: the part of it that the claude CLI uses.
import type { Turn } from './script.ts';
import { usageOf } from './script.ts';
import { cutOff, type Dialect, type Json, objects, openEvents, promptOf, sendJson, string, writtenIn } from './wire.ts';

const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

export const anthropicMessages: Dialect = {
  route: (method, url) => (method === 'POST' && url.pathname === '/v1/messages' ? {} : undefined),

  key: (headers) => string(headers['x-api-key']) || /^Bearer (.+)$/.exec(string(headers.authorization))?.[1],

  view(body) {
    const blocks = objects(body.messages).flatMap((message) => {
      const content =
        typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : objects(message.content);
      return content.map((block) => ({ role: message.role, block }));
    });
    const results = blocks.filter(({ block }) => block.type === 'tool_result').map(({ block }) => block);
    const written = writtenIn(blocks, {
      isResult: ({ block }) => block.type === 'tool_result',
      texts: ({ role, block }) => (role === 'user' && block.type === 'text' ? [string(block.text)] : []),
    });
    return {
      protocol: 'anthropic-messages',
      model: string(body.model),
      turn: results.length,
      ...promptOf(written),
      lastToolOutput: results.length === 0 ? null : textOf(results.at(-1)?.content),
      tools: objects(body.tools).map((tool) => string(tool.name)),
    };
  },

  answer: ({ view, turn, stream, out }) => {
    const block = blockOf(turn, view.turn);
    const stop = turn.refuse ? 'refusal' : block.type === 'tool_use' ? 'tool_use' : 'end_turn';
    const usage = usageJson(turn);
    const message = {
      id: `msg_${view.turn}`,
      type: 'message',
      role: 'assistant',
      model: view.model,
      stop_sequence: null,
    };
    if (!stream)
      return sendJson(out, 200, {
        ...message,
        content: turn.refuse ? [] : [block],
        stop_reason: stop,
        usage: usage?.end ?? null,
      });

    const send = openEvents(out);
    const event = (type: string, data: Json = {}) => send({ type, ...data }, type);
    event('message_start', { message: { ...message, content: [], stop_reason: null, usage: usage?.start ?? {} } });
    if (turn.cut) return cutOff(out);
    if (!turn.refuse) sendBlock(event, block);
    event('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: usage?.end ?? {} });
    event('message_stop');
    out.end();
  },

  error: (status, message, code) => ({
    type: 'error',
    error: { type: code ?? ERROR_TYPES[status] ?? 'api_error', message },
  }),
};

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : objects(content)
        .map((part) => string(part.text))
        .join('\n');

function blockOf(turn: Turn, number: number): Json {
  if (turn.shell === undefined) return { type: 'text', text: turn.say ?? '' };
  return {
    type: 'tool_use',
    id: `toolu_${number}`,
    name: 'Bash',
    input: { command: turn.shell, description: 'Scripted step' },
  };
}

function sendBlock(event: (type: string, data: Json) => void, block: Json): void {
  const isTool = block.type === 'tool_use';
  const delta = isTool
    ? { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
    : { type: 'text_delta', text: block.text };
  event('content_block_start', {
    index: 0,
    content_block: isTool ? { ...block, input: {} } : { type: 'text', text: '' },
  });
  event('content_block_delta', { index: 0, delta });
  event('content_block_stop', { index: 0 });
}

/** The first event knows the input only; output counts up to the last one. Cached tokens are not part of input_tokens. */
function usageJson(turn: Turn): { start: Json; end: Json } | undefined {
  const usage = usageOf(turn);
  if (usage === undefined) return undefined;
  const cached = usage.cached ?? 0;
  const input = { input_tokens: usage.input - cached, cache_read_input_tokens: cached, cache_creation_input_tokens: 0 };
  return { start: { ...input, output_tokens: 1 }, end: { ...input, output_tokens: usage.output } };
}
