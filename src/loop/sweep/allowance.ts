// Points that may be spent now. Each request asks first, so what is allowed is never exceeded by more than a list's own pages.

export type Allowance = {
  /** Takes one point; false when none is left, and then the request is not made. */
  take(): boolean;
  /** One that was taken was not used: GitHub answered that nothing had changed. */
  giveBack(): void;
  /** Points that turned out to be needed beyond the one that was taken. */
  add(points: number): void;
  spent(): number;
};

export function createAllowance(points: number): Allowance {
  let spent = 0;
  return {
    take() {
      if (spent >= points) return false;
      spent++;
      return true;
    },
    giveBack() {
      spent--;
    },
    add(more) {
      spent += more;
    },
    spent: () => spent,
  };
}
