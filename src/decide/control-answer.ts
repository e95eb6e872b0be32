// What people read of controls: what keeps an item still, and what /harness pause and /harness resume are answered.
import type { ControlChanged, Standstill } from '../facts/control.ts';
import { type Message, message } from '../facts/message.ts';

/** `scope`, `mode` and `source` choose the words. */
export const standstillMessage = ({ scope, mode, source, by, why, until }: Standstill): Message =>
  message('standstill', {
    scope,
    mode,
    source,
    by,
    why,
    until: until ? `${until.slice(0, 16).replace('T', ' ')} UTC` : '',
  });

export function controlAnswer({ change, lifted, standstill }: ControlChanged): Message {
  if (change === 'pause') return message('paused');
  if (standstill) return message('still-paused', standstillMessage(standstill).data);
  return lifted === 0 ? message('not-paused') : message('resumed');
}
