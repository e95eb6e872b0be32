// OpenAI Responses: the part of it that the codex CLI uses.
import type { Turn } from './script.ts';
import { usageOf } from './script.ts';
import { cutOff, type Dialect, type Json, objects, openEvents, promptOf, sendJson, string, writtenIn } from './wire.ts';

const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};
const ERROR_CODES: Record<number, string> = { 401: 'invalid_api_key', 429: 'rate_limit_exceeded' };

export const openaiResponses: Dialect = {
  route: (method, url) => (method === 'POST' && url.pathname === '/v1/responses' ? {} : undefined),

  key: (headers) => /^Bearer (.+)$/.exec(string(headers.authorization))?.[1],

  view(body) {
    const items = objects(body.input);
    const results = items.filter((item) => string(item.type).endsWith('_call_output'));
    const written = writtenIn(items, {
      isResult: (item) => results.includes(item),
      texts: (item) => (item.role === 'user' ? textsOf(item.content) : []),
    });
    const offered = [
      ...objects(body.tools),
      ...items.flatMap((item) => (item.type === 'additional_tools' ? objects(item.tools) : [])),
    ];
    return {
      protocol: 'openai-responses',
      model: string(body.model),
      turn: results.length,
      ...(typeof body.input === 'string' ? promptOf([{ text: body.input, turn: 0 }]) : promptOf(written)),
      lastToolOutput: results.length === 0 ? null : textsOf(results.at(-1)?.output).join('\n'),
      tools: offered.flatMap(namesOf),
    };
  },

  answer({ view, turn, stream, out }) {
    const item = itemOf(turn, view.turn, view.tools);
    const usage = usageOf(turn);
    const response = { id: `resp_${view.turn}`, object: 'response', created_at: 1, model: view.model };
    const done = {
      ...response,
      status: 'completed',
      output: [item],
      usage: usage === undefined ? null : usageJson(usage),
    };
    if (!stream) return sendJson(out, 200, done);

    const send = openEvents(out);
    let sequence = 0;
    const event = (type: string, data: Json) => send({ type, sequence_number: sequence++, ...data }, type);
    event('response.created', { response: { ...response, status: 'in_progress', output: [] } });
    event('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress' } });
    if (turn.cut) return cutOff(out);
    event('response.output_item.done', { output_index: 0, item });
    event('response.completed', { response: done });
    out.end();
  },

  error: (status, message, code) => ({
    error: {
      message,
      type: code ?? ERROR_TYPES[status] ?? 'server_error',
      code: code ?? ERROR_CODES[status] ?? null,
      param: null,
    },
  }),
};

const namesOf = (tool: Json): string[] =>
  Array.isArray(tool.tools) ? objects(tool.tools).flatMap(namesOf) : [string(tool.name) || string(tool.type)];

const textsOf = (content: unknown): string[] =>
  typeof content === 'string'
    ? [content]
    : objects(content)
        .map((part) => string(part.text))
        .filter((part) => part !== '');

const usageJson = (usage: { input: number; output: number; cached?: number }): Json => ({
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cached ?? 0 },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: usage.input + usage.output,
});

function itemOf(turn: Turn, number: number, tools: readonly string[]): Json {
  if (turn.shell !== undefined && !turn.refuse && !turn.cut)
    return { ...shellCall(turn.shell, tools), call_id: `call_${number}`, status: 'completed' };
  const content = turn.refuse
    ? { type: 'refusal', refusal: 'I cannot help with that.' }
    : { type: 'output_text', text: turn.say ?? '', annotations: [] };
  return { type: 'message', id: `msg_${number}`, role: 'assistant', status: 'completed', content: [content] };
}

/** Absent, codex answers after 10 s with a command that still runs, and the script would go on without its result. */
const LONGEST_WAIT_MS = 30_000;

/** codex offers a different shell tool per model: the newest run JavaScript that calls the older ones. */
function shellCall(command: string, tools: readonly string[]): Json {
  const call = (name: string, args: Json) => ({ type: 'function_call', name, arguments: JSON.stringify(args) });
  if (tools.includes('exec_command')) return call('exec_command', { cmd: command, yield_time_ms: LONGEST_WAIT_MS });
  if (tools.includes('shell_command')) return call('shell_command', { command });
  if (tools.includes('exec')) {
    const program = `text(JSON.stringify(await tools.exec_command(${JSON.stringify({ cmd: command, yield_time_ms: LONGEST_WAIT_MS })})));`;
    return { type: 'custom_tool_call', name: 'exec', namespace: 'functions', input: program };
  }
  return call('shell', { command: ['bash', '-lc', command] });
}
