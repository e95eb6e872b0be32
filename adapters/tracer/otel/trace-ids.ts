// The trace of a delivery is known from its GUID alone: every process, before and after a restart, finds the same tree.
import { createHash } from 'node:crypto';

export type TraceIds = { traceId: string; spanId: string };

/** GitHub's GUIDs are 32 hex digits with dashes: the digits are the trace's id, so that people find it. Others are hashed. */
export function traceIdsOf(delivery: string): TraceIds {
  const digits = delivery.replaceAll('-', '').toLowerCase();
  const digest = createHash('sha256').update(delivery).digest('hex');
  // All zeros is no id in W3C's terms.
  const traceId = /^[0-9a-f]{32}$/.test(digits) && !/^0+$/.test(digits) ? digits : digest.slice(0, 32);
  return { traceId, spanId: digest.slice(32, 48) };
}
