// The registry: one writer per kind of target, and the one place that pairs a target with its writer.
import type { Target } from '../../decide/target.ts';
import type { Ports } from '../contract.ts';
import { check } from './check.ts';
import { notice, reply, sticky } from './comment.ts';
import type { About, Site, Writer, Written } from './contract.ts';
import { label, reaction } from './mark.ts';

export const writers: { [Kind in Target['kind']]: Writer<Kind, never> | Writer<Kind, unknown> } = {
  check,
  label,
  notice,
  reaction,
  reply,
  sticky,
};

/** What should be there, rendered; and the way to put it there. */
export function prepare(
  targets: readonly [Target, ...Target[]],
  publicUrl: string,
): {
  content: unknown;
  write(remoteId: string | null, where: Omit<About<Target['kind']>, 'target'>, ports: Ports): Promise<Written>;
} {
  const [target] = targets;
  // Targets of one id are of one kind; TypeScript cannot follow that through the table.
  const writer = writers[target.kind] as Writer<Target['kind'], unknown>;
  const content = writer.render(targets, { pages: reachable(publicUrl) });
  return { content, write: (remoteId, where, ports) => writer.write(content, remoteId, { target, ...where }, ports) };
}

const reachable = (publicUrl: string): Site['pages'] =>
  /^https?:\/\/(localhost|127\.|\[::1\])/.test(publicUrl) ? undefined : publicUrl;
