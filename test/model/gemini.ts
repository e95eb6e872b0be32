// Gemini: generateContent and streamGenerateContent, the part of them that the gemini CLI uses.
import type { Turn } from './script.ts';
import { usageOf } from './script.ts';
import {
  cutOff,
  type Dialect,
  type Json,
  object,
  objects,
  openEvents,
  promptOf,
  sendJson,
  string,
  writtenIn,
} from './wire.ts';

const ERROR_STATES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
};

export const gemini: Dialect = {
  route(method, url) {
    const match = /^\/v1(?:beta)?\/models\/([^/:]+):(streamGenerateContent|generateContent)$/.exec(url.pathname);
    if (method !== 'POST' || match?.[1] === undefined) return undefined;
    return { model: match[1], stream: match[2] === 'streamGenerateContent' };
  },

  key: (headers) => string(headers['x-goog-api-key']) || undefined,

  view(body, model = '') {
    const parts = objects(body.contents).flatMap((content) =>
      objects(content.parts).map((part) => ({ role: content.role, part })),
    );
    const results = parts
      .filter(({ part }) => 'functionResponse' in part)
      .map(({ part }) => object(part.functionResponse));
    const written = writtenIn(parts, {
      isResult: ({ part }) => 'functionResponse' in part,
      texts: ({ role, part }) => (role === 'user' && typeof part.text === 'string' ? [part.text] : []),
    });
    return {
      protocol: 'gemini',
      model,
      turn: results.length,
      ...promptOf(written),
      lastToolOutput: results.length === 0 ? null : string(object(results.at(-1)?.response).output),
      tools: objects(body.tools).flatMap((tool) =>
        objects(tool.functionDeclarations).map((declared) => string(declared.name)),
      ),
    };
  },

  answer: ({ view, turn, stream, out }) => {
    const whole = chunkOf(turn, view.model);
    if (!stream) return sendJson(out, 200, whole);
    const send = openEvents(out);
    if (turn.cut) {
      send({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'Half an ans' }] } }] });
      return cutOff(out);
    }
    send(whole);
    out.end();
  },

  error: (status, message, code) => ({
    error: { code: status, message, status: code ?? ERROR_STATES[status] ?? 'UNAVAILABLE' },
  }),
};

function chunkOf(turn: Turn, modelVersion: string): Json {
  const usage = usageOf(turn);
  const counted: Json =
    usage === undefined
      ? {}
      : {
          usageMetadata: {
            promptTokenCount: usage.input,
            cachedContentTokenCount: usage.cached ?? 0,
            candidatesTokenCount: usage.output,
            totalTokenCount: usage.input + usage.output,
          },
        };
  const parts = turn.refuse ? [] : [partOf(turn)];
  const candidate = { index: 0, content: { role: 'model', parts }, finishReason: turn.refuse ? 'SAFETY' : 'STOP' };
  return { candidates: [candidate], modelVersion, ...counted };
}

function partOf(turn: Turn): Json {
  if (turn.shell === undefined) return { text: turn.say ?? '' };
  return { functionCall: { name: 'run_shell_command', args: { command: turn.shell, description: 'Scripted step' } } };
}
