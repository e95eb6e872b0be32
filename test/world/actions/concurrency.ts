// Concurrency groups: one member runs, one waits; a newer one takes the place of the one that waits.

interface Member {
  enter(): void;
  cancel(): void;
}

export class ConcurrencyGroups {
  readonly #running = new Map<string, Member>();
  readonly #waiting = new Map<string, Member>();

  /**
   * Resolves when the group is free: a function that leaves it, or undefined when a newer member took the place.
   * `onCancel` is called when the member must stop, running or waiting.
   */
  enter(
    group: string,
    cancelInProgress: boolean,
    onCancel: () => void,
  ): { entered: Promise<(() => void) | undefined>; giveUp(): void } {
    const key = group.toLowerCase(); // GitHub's groups ignore case
    let giveUp = () => {};
    const entered = new Promise<(() => void) | undefined>((resolve) => {
      const member: Member = {
        enter: () => {
          this.#running.set(key, member);
          resolve(() => this.#leave(key, member));
        },
        cancel: () => {
          onCancel();
          resolve(undefined);
        },
      };
      giveUp = () => {
        if (this.#waiting.get(key) !== member) return;
        this.#waiting.delete(key);
        resolve(undefined);
      };
      const running = this.#running.get(key);
      if (!running) return member.enter();
      this.#waiting.get(key)?.cancel();
      this.#waiting.set(key, member);
      if (cancelInProgress) running.cancel();
    });
    return { entered, giveUp };
  }

  #leave(key: string, member: Member): void {
    if (this.#running.get(key) !== member) return;
    this.#running.delete(key);
    const next = this.#waiting.get(key);
    this.#waiting.delete(key);
    next?.enter();
  }
}
