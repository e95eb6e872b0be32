// What the scripted model "thinks": it writes the fixture's plan, then the fixture's implementation. The CLI, its tools,
// the box and the target's tests are real, so a wrong script fails.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Script, Turn } from '../model/script.ts';
import { root } from './our-repository.ts';

export type Work = { plan: Record<string, string>; implement: Record<string, string> };

const folderOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => statSync(path.join(folder, name)).isFile())
      .map((name) => [name.split(path.sep).join('/'), readFileSync(path.join(folder, name), 'utf8')]),
  );

export const fixtureWork = (): Work => ({
  plan: folderOf(path.join(root, 'test/fixtures/work/plan')),
  implement: folderOf(path.join(root, 'test/fixtures/work/implement')),
});

export const stageOf = (prompt: string): 'plan' | 'implement' =>
  prompt.includes('You implement one approved change') ? 'implement' : 'plan';

/** One shell call that writes the stage's files, then one sentence. `before` may answer instead, to make things go wrong. */
export const scriptedAgent =
  (
    work: () => Work,
    before: (stage: 'plan' | 'implement', turn: number) => Turn | undefined = () => undefined,
  ): Script =>
  ({ prompt, written, turn: results }) => {
    const asked = written.findLast(({ text }) => /^You (plan|implement) one/m.test(text));
    const stage = stageOf(asked?.text ?? prompt);
    // A conversation that goes on has turns of an earlier run.
    const turn = results - (asked?.turn ?? 0);
    const other = before(stage, turn);
    if (other) return other;
    if (turn > 0) return { say: stage === 'plan' ? 'The plan is written.' : 'The change is built and its tests pass.' };
    return { shell: Object.entries(work()[stage]).map(writing).join('\n') };
  };

export const writing = ([name, content]: [string, string]): string => {
  const encoded = Buffer.from(content).toString('base64');
  return `mkdir -p '${path.posix.dirname(name)}' && printf %s '${encoded}' | base64 -d > '${name}'`;
};
