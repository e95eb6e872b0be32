// A refused inspection.
import type { Inspection, InspectRefusal } from './contract.ts';

export type Refused = Extract<Inspection, { ok: false }>;

export const refuse = (reason: InspectRefusal, detail: string): Refused => ({ ok: false, reason, detail });
