// Without a collector: log lines know what they are about, and no span is made.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { About } from '../../src/facts/about.ts';
import type { Tracer } from './contract.ts';

export function createPlainTracer(): Tracer {
  const here = new AsyncLocalStorage<About>();
  const about = () => here.getStore() ?? {};
  const within: Tracer['within'] = (more, work) => here.run({ ...about(), ...more }, work);
  return {
    within,
    step: (_, more, work) => within(more, work),
    tell() {},
    about,
    close: async () => {},
  };
}
