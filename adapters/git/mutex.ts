// One at a time per name.

export type Mutex = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export const createMutex = (): Mutex => {
  const last = new Map<string, Promise<void>>();
  return async (name, work) => {
    const before = last.get(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    last.set(name, promise);
    try {
      await before;
      return await work();
    } finally {
      resolve();
      if (last.get(name) === promise) last.delete(name);
    }
  };
};
