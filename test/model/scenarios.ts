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

/** The API breaks down after the agent has already worked. */
export const failsAfterTool: Script = ({ turn }) =>
  turn === 0 ? { shell: "printf 'half\\n' > hello.txt" } : { fail: { status: 500 } };

/** A command prints far more than anybody may keep, and then ends. */
export const floods: Script = ({ turn }) =>
  turn === 0 ? { shell: "head -c 3000000 /dev/zero | tr '\\0' x" } : { say: 'Printed a lot.' };

/** A command prints bytes that are no text. */
export const printsBinary: Script = ({ turn }) =>
  turn === 0 ? { shell: "printf '\\377\\376\\000\\001\\033[31m\\n'" } : { say: 'Printed bytes.' };

/** Works, and when it is asked to go on, says whether it was shown what went before. */
export const goesOn: Script = (view) => {
  if (!view.prompt.includes('Go on.')) return writesFile(view);
  return { say: view.turn > 0 && view.prompt.includes('Create hello.txt') ? 'I remember.' : 'I know nothing of it.' };
};

/** Would take too long, and is told something else meanwhile. */
export const steered: Script = (view) =>
  view.prompt.includes('Go on.') ? goesOn({ ...view, turn: 1 }) : { shell: 'sleep 60' };

/** A command that takes longer than anybody waits. */
export const startsSlowTool: Script = ({ turn }) => (turn === 0 ? { shell: 'sleep 20' } : { say: 'Slept.' });

export const cutsTheStream: Script = () => ({ cut: true });

export const hangs: Script = () => ({ hang: true });

/** Never stops asking for another command; only a budget ends it. */
export const neverStops: Script = ({ turn }) => ({ shell: `echo ${turn}` });
