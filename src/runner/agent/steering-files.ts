// What steers an agent comes from the base, not from the branch that it goes on with: whoever could push there, an earlier
// agent above all, would else speak to it.
import type { ChangedFile, HeldFile } from '../../../adapters/git/contract.ts';
import { anyOf } from '../../config/glob.ts';
import { type Links, withTargets } from './steering-links.ts';

/** Pure. As the base has those that the branch changed. `changed` is base against branch with renames found; `steeredBy` is the adapter’s, `links` are the base’s. */
export function steeringFiles(changed: readonly ChangedFile[], steeredBy: readonly string[], links: Links): HeldFile[] {
  const steers = withTargets(anyOf(steeredBy, { ignoreCase: true }), links);
  return changed.flatMap((file) => {
    const { path, from, status, oldBlob, oldMode } = file;
    const moved = status === 'renamed' || status === 'copied';
    const old = oldBlob !== null && oldMode !== null ? { mode: oldMode, blob: oldBlob } : null;
    return [
      ...(steers(path) ? [{ path, at: moved ? null : old }] : []),
      ...(status === 'renamed' && from !== undefined && steers(from) ? [{ path: from, at: old }] : []),
    ];
  });
}
