// A state without some of its optional members.
import type { TicketState } from './state.ts';

type OptionalKey = {
  [Key in keyof TicketState]-?: undefined extends TicketState[Key] ? Key : never;
}[keyof TicketState];

export function without(state: TicketState, ...keys: readonly OptionalKey[]): TicketState {
  const rest = { ...state };
  for (const key of keys) delete rest[key];
  return rest;
}
