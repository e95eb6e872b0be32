// The bytes of an artifact, for whoever holds the scope: work that was refused or left unfinished is kept, and may hold anything.
import { randomUUID } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { readArtifact } from '../journal/artifact.ts';
import { audit } from '../journal/audit.ts';
import { problem, refusalProblem } from './problem.ts';
import type { ApiTools } from './route.ts';
import { ArtifactParams, ProblemAnswer } from './wire.ts';

const refusal = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemAnswer } },
});

const content = createRoute({
  method: 'get',
  path: '/artifacts/{digest}/content',
  operationId: 'readArtifactContent',
  summary: 'The bytes of an artifact: a bundle, a patch, evidence.',
  description: 'Needs the scope `artifacts` beside `read`; each reading is in the audit. The bytes are untrusted.',
  request: { params: ArtifactParams },
  security: [{ token: [] }],
  responses: {
    200: {
      description: 'The bytes, whose SHA-256 is the digest.',
      content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    400: refusal('The digest is malformed.'),
    401: refusal('No token, or one that is not known.'),
    403: refusal('The token lacks the scope `artifacts` or `read`.'),
    404: refusal('No such artifact.'),
  },
});

export function addArtifactContent({ api, db, access }: ApiTools): void {
  api.openapi(content, async (context) => {
    const { viewer, refused } = access.admit(context, 'artifacts');
    if (refused) return refusalProblem(refused, 'artifacts');
    const { digest } = context.req.valid('param');
    const found = await readArtifact(db, digest);
    if (!found) return problem(404, 'artifact', 'No artifact with that digest is stored: it never was, or it expired.');
    const request = randomUUID();
    await db.transaction().execute((tx) =>
      audit(tx, {
        source: 'api',
        who: viewer.name,
        scope: 'artifacts',
        action: 'read',
        target: `artifact:${digest}`,
        why: '',
        request,
      }),
    );
    // A browser must not take it for a page of ours, whatever is in it.
    return context.body(new Uint8Array(found.bytes), 200, {
      'content-type': 'application/octet-stream',
      'x-request-id': request,
      'content-disposition': `attachment; filename="${digest.slice(0, 12)}"`,
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });
}
