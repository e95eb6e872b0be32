// The door for GitHub's webhooks: verified on the raw bytes, stored, then acknowledged. Nothing else happens here.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Delivery, Inbox } from '../../journal/inbox.ts';
import { type BodyLimits, createBodyReader, GITHUB_LIMITS } from './body-reader.ts';
import { isSignedWith, type WebhookSecrets } from './signature.ts';

export type DoorOptions = {
  inbox: Pick<Inbox, 'store'>;
  secrets: WebhookSecrets;
  limits?: BodyLimits;
  /** Hears why a delivery could not be stored. The answer is 503 then; GitHub keeps the delivery, and the sweep brings it back. */
  onError: (error: unknown, guid: string) => void;
};

type Answer = { status: number; message: string };

/**
 * Answers every request itself and never rejects: 202 after the commit (also for a GUID that is here already), 4xx for what
 * is malformed, 503 when it could not be stored. Well-signed content never causes a 5xx.
 */
export function createDoor({ inbox, secrets, limits = GITHUB_LIMITS, onError }: DoorOptions) {
  const readBody = createBodyReader(limits);

  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const head = readHead(req);
    if ('status' in head) {
      req.resume();
      return answer(res, head);
    }
    const body = await readBody(req);
    if (typeof body === 'string') return answer(res, unread[body]);
    try {
      const delivery = readDelivery(head, body.bytes, secrets);
      if ('status' in delivery) return answer(res, delivery);
      const outcome = await inbox.store(delivery);
      answer(res, { status: 202, message: outcome === 'stored' ? 'stored' : 'stored before, nothing to do' });
    } catch (error) {
      onError(error, head.guid);
      answer(res, { status: 503, message: 'the delivery could not be stored; it will be asked for again' });
    } finally {
      body.release();
    }
  };
}

const unread: Record<'too_large' | 'too_busy' | 'too_slow' | 'aborted', Answer> = {
  too_large: { status: 413, message: 'the payload is larger than GitHub sends (25 MB)' },
  too_busy: { status: 503, message: 'too many payloads at once; the delivery will be asked for again' },
  too_slow: { status: 408, message: 'the payload did not arrive in time' },
  aborted: { status: 400, message: 'the payload broke off' },
};

type Head = { guid: string; event: string; signature: string };

/** Visible ASCII: what goes into the database, a log line and an address is told by its form. */
const GUID = /^[\x21-\x7e]{1,128}$/;
/** With digits: projects_v2_item. */
const EVENT = /^[a-z0-9_]{1,64}$/;
const ACTION = /^[a-z_]{1,64}$/;

function readHead({ method, headers }: IncomingMessage): Head | Answer {
  if (method !== 'POST') return { status: 405, message: 'webhooks are sent with POST' };
  const media = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (media !== 'application/json' || headers['content-encoding'] !== undefined)
    return { status: 415, message: "set the webhook's content type to application/json" };
  const signature = headers['x-hub-signature-256'];
  if (typeof signature !== 'string')
    return { status: 401, message: 'X-Hub-Signature-256 is missing: set a secret on the webhook' };
  const guid = headers['x-github-delivery'];
  if (typeof guid !== 'string' || !GUID.test(guid))
    return { status: 400, message: 'X-GitHub-Delivery is missing or malformed' };
  const event = headers['x-github-event'];
  if (typeof event !== 'string' || !EVENT.test(event))
    return { status: 400, message: 'X-GitHub-Event is missing or malformed' };
  return { guid, event, signature };
}

function readDelivery({ guid, event, signature }: Head, body: Buffer, secrets: WebhookSecrets): Delivery | Answer {
  if (!isSignedWith(secrets, body, signature))
    return { status: 401, message: "the signature does not match: the webhook's secret is not WEBHOOK_SECRET" };
  const payload = parseObject(body);
  if (!payload) return { status: 400, message: 'the payload is no JSON object' };
  return { guid, event, action: actionOf(payload), installation: installationOf(payload), body };
}

function parseObject(body: Buffer): object | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    // Only JSON.parse is in here: not JSON is an answer.
    return undefined;
  }
}

/** For lists and lookups only; translate reads the payload itself. Anything odd counts as absent, and is stored all the same. */
function actionOf(payload: object): string | undefined {
  const action = 'action' in payload ? payload.action : undefined;
  return typeof action === 'string' && ACTION.test(action) ? action : undefined;
}

function installationOf(payload: object): number | undefined {
  const installation = 'installation' in payload ? payload.installation : undefined;
  const id =
    typeof installation === 'object' && installation !== null && 'id' in installation ? installation.id : undefined;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

function answer(res: ServerResponse, { status, message }: Answer): void {
  if (res.destroyed || res.headersSent) return;
  const json = JSON.stringify({ message });
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
    // After a refusal the rest of a body may still be on its way.
    ...(status < 300 ? {} : { connection: 'close' }),
  });
  res.end(json);
}
