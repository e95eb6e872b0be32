// Ready-made scripts: what a provider can do to an agent, one name each.
import type { Script } from './script.ts';

/** Writes `hello.txt` and says so. */
export const writesFile: Script = ({ turn }) =>
  turn === 0 ? { shell: "printf 'hello\\n' > hello.txt && cat hello.txt" } : { say: 'Created hello.txt.' };

/** Looks around, changes nothing. */
export const changesNothing: Script = ({ turn }) => (turn === 0 ? { shell: 'ls' } : { say: 'Nothing to do.' });

export const refuses: Script = () => ({ refuse: true });

export const failsWith =
  (status: number, code?: string): Script =>
  () => ({ fail: { status, code } });

export const cutsTheStream: Script = () => ({ cut: true });

export const hangs: Script = () => ({ hang: true });

/** Never stops asking for another command; only a budget ends it. */
export const neverStops: Script = ({ turn }) => ({ shell: `echo ${turn}` });
