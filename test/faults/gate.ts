// A worker that is stopped at one call of a port: before GitHub hears of it, or after, before the worker hears the answer.
import type { Ports } from '../../src/effects/contract.ts';

/** `writer.createPull`: the one call of a fragment that matters most. */
export type CallName = `${'reader' | 'writer' | 'git'}.${string}`;

export type Gate = {
  ports: Ports;
  /** Resolves when a worker stands at the gate. */
  reached: Promise<void>;
  /** Lets it go on. Never called: it is dead. */
  open(): void;
};

export function gateAt(ports: Ports, name: CallName, when: 'before' | 'after'): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const stop = async () => {
    reached.resolve();
    await opened.promise;
  };
  const around = async (call: () => Promise<unknown>) => {
    if (when === 'before') await stop();
    const answer = await call();
    if (when === 'after') await stop();
    return answer;
  };
  return { ports: intercept(ports, name, around), reached: reached.promise, open: () => opened.resolve() };
}

/** The first call of that name goes through `around`; every other is untouched. */
export function intercept(
  ports: Ports,
  name: CallName,
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): Ports {
  const [port, method] = name.split('.') as ['reader' | 'writer' | 'git', string];
  let used = false;
  const proxy = new Proxy(ports[port], {
    get(target, key) {
      const real: unknown = Reflect.get(target, key);
      if (key !== method || typeof real !== 'function') return real;
      return (...args: unknown[]) => {
        const call = () => Promise.resolve(Reflect.apply(real, target, args));
        if (used) return call();
        used = true;
        return around(call);
      };
    },
  });
  return { ...ports, [port]: proxy };
}
