// One line of `gantry doctor`.

/** `ok`: as it should be. `wrong`: has to be put right. `open`: not checked, or left to people; never fails the doctor. */
export type Status = 'ok' | 'wrong' | 'open';

/** `what` is one sentence without a full stop; `fix` is the one next step, absent only where nothing is to be done. */
export type Finding = { about: string; status: Status; what: string; fix?: string };

export const ok = (about: string, what: string): Finding => ({ about, status: 'ok', what });
export const wrong = (about: string, what: string, fix: string): Finding => ({ about, status: 'wrong', what, fix });
export const open = (about: string, what: string, fix?: string): Finding => ({
  about,
  status: 'open',
  what,
  ...(fix === undefined ? {} : { fix }),
});
