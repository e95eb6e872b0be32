// Bodies under a cap per body and a cap on all that are open at once, read without trusting content-length.
import type { z } from 'zod';
import { fieldProblems } from '../../facts/field-problems.ts';
import { runnerProblem } from '../problem.ts';

export type OpenBytes = { left: number };

type Bytes = { bytes: Buffer; release(): void };

/** `open` is shared by all requests of one door; what was read counts until `release`. A broken connection rejects. */
export async function readBytes(request: Request, most: number, open: OpenBytes): Promise<Bytes | Response> {
  if (Number(request.headers.get('content-length') ?? 0) > most) return tooLarge(most);
  const parts: Uint8Array[] = [];
  let size = 0;
  let held = true;
  const release = () => {
    if (held) open.left += size;
    held = false;
  };
  try {
    for await (const part of request.body ?? []) {
      size += part.length;
      open.left -= part.length;
      if (size > most || open.left < 0) {
        release();
        return size > most
          ? tooLarge(most)
          : runnerProblem(503, 'busy', 'Too many uploads at once. Send it again in a few seconds.');
      }
      parts.push(part);
    }
  } catch (error) {
    release();
    throw error;
  }
  return { bytes: Buffer.concat(parts), release };
}

export async function readJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  most: number,
  open: OpenBytes,
): Promise<{ value: z.infer<Schema> } | Response> {
  const media = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (media !== 'application/json')
    return runnerProblem(415, 'media_type', 'Send JSON with content-type application/json.');
  const body = await readBytes(request, most, open);
  if (body instanceof Response) return body;
  try {
    const parsed = schema.safeParse(JSON.parse(body.bytes.toString('utf8')));
    if (parsed.success) return { value: parsed.data };
    return runnerProblem(
      422,
      'schema',
      'The body does not have the expected fields. Do runner and control plane have the same version?',
      fieldProblems(parsed.error),
    );
  } catch (error) {
    if (error instanceof SyntaxError) return runnerProblem(400, 'not_json', 'The body is not JSON.');
    throw error;
  } finally {
    body.release();
  }
}

const tooLarge = (most: number): Response =>
  runnerProblem(413, 'too_large', `The body has more than ${most} bytes, which is the limit of this route.`);
