// GitHub signs the exact bytes of a delivery with the shared secret.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** `previous` is accepted as well while a secret is being rotated: GitHub knows only one at a time, we know both. */
export type WebhookSecrets = { current: string; previous?: string | undefined };

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/** `header` is X-Hub-Signature-256 as received. The time taken tells nothing about how much of it is right. */
export function isSignedWith(secrets: WebhookSecrets, body: Uint8Array, header: string): boolean {
  const given = SIGNATURE.exec(header)?.[1];
  if (given === undefined) return false;
  const bytes = Buffer.from(given, 'hex');
  const matches = (secret: string) => timingSafeEqual(bytes, createHmac('sha256', secret).update(body).digest());
  return matches(secrets.current) || (secrets.previous !== undefined && matches(secrets.previous));
}
