// The agent's request body as JSON, within a limit that holds while it arrives.
import type { Denial, Json } from './dialect/contract.ts';

const refused = (status: Denial['status'], code: Denial['code'], message: string): { denial: Denial } => ({
  denial: { status, code, message },
});

export async function readBody(
  request: Request,
  limit: number,
): Promise<{ body: Json; bytes: number } | { denial: Denial }> {
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') return refused(400, 'body_not_json', 'Compressed bodies are not read; send plain JSON.');
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limit) return refused(413, 'body_too_large', `The request is larger than ${limit} bytes.`);
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return refused(400, 'body_not_json', 'The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refused(400, 'body_not_json', 'The body is not a JSON object.');
  return { body: value as Json, bytes };
}
