// The newest events of an agent as they are kept: texts cut, secrets taken out.
import type { AgentEvent } from '../../../adapters/agent/contract.ts';
import type { EvidenceRecord } from '../../facts/evidence.ts';
import { redact } from '../redact.ts';

type Told = NonNullable<EvidenceRecord['events']>['last'][number];

const most = 300;
const longest = 500;
const mostItems = 50;

export const toldEvents = (events: readonly AgentEvent[]): Told[] =>
  events.slice(-most).map((event) => ({ ...Object.fromEntries(members(event)), type: event.type }));

const members = (value: object): [string, unknown][] =>
  Object.entries(value).map(([name, member]) => [name, told(member)]);

function told(value: unknown): unknown {
  if (typeof value === 'string') return redact(value).slice(0, longest);
  if (Array.isArray(value)) return value.slice(0, mostItems).map(told);
  return typeof value === 'object' && value !== null ? Object.fromEntries(members(value)) : value;
}
