// Gemini: generateContent and its streaming twin; the model stands in the path.
import type { Denial, Dialect, Json, Observed } from './contract.ts';
import {
  allObjects,
  firstDenial,
  hostedTool,
  object,
  objects,
  string,
  tokens,
  unknownContent,
  unknownField,
  urlInput,
} from './inspect.ts';

/** `cachedContent` is missing on purpose: it names something stored. */
const FIELDS = new Set('contents systemInstruction tools toolConfig safetySettings generationConfig'.split(' '));
const PARTS = new Set(
  'text thought thoughtSignature inlineData functionCall functionResponse videoMetadata mediaResolution partMetadata'.split(
    ' ',
  ),
);
/** Why a candidate ended that the model, or a filter in front of it, would not write. */
const DECLINED = new Set(['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'RECITATION', 'IMAGE_SAFETY']);
const ROUTE = /^\/v1beta\/models\/([A-Za-z0-9._-]{1,100}):(streamGenerateContent|generateContent)$/;

export const gemini: Dialect = {
  route({ method, path }) {
    const match = ROUTE.exec(path);
    if (method !== 'POST' || match?.[1] === undefined) return null;
    const stream = match[2] === 'streamGenerateContent';
    // The query is ours: the agent's may carry a key.
    return { target: stream ? `${path}?alt=sse` : path, model: match[1], stream };
  },

  inspect(body) {
    if (!allObjects(body.tools)) return hostedTool('?');
    if (!allObjects(body.contents)) return unknownContent('content');
    const contents = () =>
      firstDenial([object(body.systemInstruction), ...objects(body.contents)], (content) =>
        inspectParts(content.parts),
      );
    return unknownField(body, FIELDS) ?? firstDenial(objects(body.tools), inspectTool) ?? contents();
  },

  maxOutput: (body) => tokens(object(body.generationConfig).maxOutputTokens),
  rewrite: (body, maxOutput) => ({
    ...body,
    generationConfig: { ...object(body.generationConfig), maxOutputTokens: maxOutput },
  }),
  warn: (body, text) => ({ ...body, contents: [...objects(body.contents), { role: 'user', parts: [{ text }] }] }),
  headers: (_agent, key) => ({ 'content-type': 'application/json', 'x-goog-api-key': key }),

  conversation: (body) => [
    ...(body.systemInstruction ? [{ role: 'system', ...object(body.systemInstruction) }] : []),
    ...objects(body.contents),
  ],
  answered: (event) =>
    objects(event.candidates)
      .flatMap((candidate) => objects(object(candidate.content).parts))
      .map((part) => (typeof part.text === 'string' ? part.text : `\n${JSON.stringify(part)}`))
      .join(''),

  observe(seen, event) {
    const usage = object(event.usageMetadata);
    const ends = objects(event.candidates)
      .map((candidate) => string(candidate.finishReason))
      .filter((reason) => reason !== null);
    const blocked = string(object(event.promptFeedback).blockReason) !== null;
    return {
      inputTokens: sum(usage.promptTokenCount, usage.toolUsePromptTokenCount) ?? seen.inputTokens,
      cacheRead: tokens(usage.cachedContentTokenCount) ?? seen.cacheRead,
      cacheWrite: 0,
      outputTokens: output(usage) ?? seen.outputTokens,
      complete: seen.complete || blocked || ends.length > 0,
      refused: seen.refused || blocked || ends.some((reason) => DECLINED.has(reason)),
      errorCode: string(object(event.error).status) ?? seen.errorCode,
    };
  },

  error: (status, code, message) => ({ error: { code: status, message, status: code } }),
  errorCode(body) {
    const error = object(body.error);
    // A wrong key is a 400 whose reason stands in the details.
    const reason = objects(error.details)
      .map((detail) => string(detail.reason))
      .find((found) => found !== null);
    return reason ?? string(error.status);
  },
};

/** Null when the first is missing; the second is an optional part. */
function sum(first: unknown, second: unknown): Observed['inputTokens'] {
  const told = tokens(first);
  return told === null ? null : told + (tokens(second) ?? 0);
}

/** A count of 0 is left out of the answer, as of a prompt that was blocked or thoughts that used all there was: then the total tells. */
function output(usage: Json): Observed['outputTokens'] {
  const input = sum(usage.promptTokenCount, usage.toolUsePromptTokenCount);
  const total = tokens(usage.totalTokenCount);
  const parts = tokens(usage.candidatesTokenCount) ?? tokens(usage.thoughtsTokenCount);
  if (parts === null) return total === null || input === null ? null : Math.max(0, total - input);
  return (tokens(usage.candidatesTokenCount) ?? 0) + (tokens(usage.thoughtsTokenCount) ?? 0);
}

function inspectTool(tool: Json): Denial | null {
  const hosted = Object.keys(tool).find((name) => name !== 'functionDeclarations');
  return hosted === undefined ? null : hostedTool(hosted);
}

function inspectParts(parts: unknown): Denial | null {
  if (!allObjects(parts)) return unknownContent('part');
  return firstDenial(objects(parts), (part) => {
    if ('fileData' in part) return urlInput('fileData');
    const unknown = Object.keys(part).find((name) => !PARTS.has(name));
    return unknown === undefined ? inspectParts(object(part.functionResponse).parts) : unknownContent(unknown);
  });
}
