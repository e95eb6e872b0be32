// The tree to verify, in the mirror: a stored bundle that passes inspection, or a commit that somebody pushed.
import type { InspectLimits } from '../../../adapters/git/contract.ts';
import { Permanent } from '../../errors.ts';
import type { RunContext } from '../context.ts';

/** Wider than the control plane's own, which has judged the bundle already: this is a second look, not a second rule. */
const limits: InspectLimits = {
  bytes: 100 * 1024 * 1024,
  files: 20_000,
  fileBytes: 100 * 1024 * 1024,
  depth: 100,
  seconds: 300,
};

/** The commit whose tree is verified. Throws Permanent where it is not what the assignment names. */
export async function fetchSubject({ assignment, session, store, repo }: RunContext): Promise<string> {
  const { subject, start } = assignment;
  if (!subject) throw new Permanent('The assignment of a verify run names nothing to verify.');
  if (subject.kind === 'head') return subject.sha;
  const bundle = await session.download(subject.artifact);
  const inspected = await store.inspect({ repo, bundle, start, limits });
  if (!inspected.ok) throw new Permanent(`The stored bundle does not pass inspection (${inspected.reason}).`);
  if (inspected.tree !== subject.tree)
    throw new Permanent(`The stored bundle holds the tree ${inspected.tree}, the assignment names ${subject.tree}.`);
  return inspected.commit;
}
