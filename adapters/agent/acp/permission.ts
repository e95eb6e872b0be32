// What an agent may do when it asks. It cannot do more than its box lets it, asked or not: this keeps a well-behaved one on
// its task. Runs inside the box.
import { resolve, sep } from 'node:path';

export type Option = { optionId: string; kind: string };
export type ToolCall = {
  kind?: string | null;
  locations?: readonly { path: string }[] | null;
  content?: readonly { type: string; path?: string }[] | null;
};

export type Answer = { outcome: 'selected'; optionId: string } | { outcome: 'cancelled' };

/** Kinds of tools that leave the task: the web, and the agent's own rules. */
const neverKinds: readonly string[] = ['fetch', 'switch_mode'];

/** `roots`: folders that the agent may touch. Paths are as it names them, relative ones to the first root. */
export function mayDo({ kind, locations, content }: ToolCall, roots: readonly string[]): boolean {
  if (neverKinds.includes(kind ?? '')) return false;
  const paths = [...(locations ?? []), ...(content ?? [])].flatMap(({ path }) => (path === undefined ? [] : [path]));
  const inside = (path: string) => {
    const absolute = resolve(roots[0] ?? '/', path);
    return roots.some((root) => absolute === root || absolute.startsWith(root + sep));
  };
  return paths.every(inside);
}

/** Never for always: the next one is asked for again. */
export function answerTo(call: ToolCall, options: readonly Option[], roots: readonly string[]): Answer {
  const kinds = mayDo(call, roots) ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always'];
  const chosen = kinds.map((kind) => options.find((option) => option.kind === kind)).find((option) => option);
  return chosen ? { outcome: 'selected', optionId: chosen.optionId } : { outcome: 'cancelled' };
}
