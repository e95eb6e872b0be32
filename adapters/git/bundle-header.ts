// The text in front of a bundle's pack, read by us before git sees a byte of it.

export type BundleHeader =
  | {
      ok: true;
      /** Commits the bundle needs. */
      needs: readonly string[];
      refs: readonly { sha: string; ref: string }[];
      /** Everything after the header. */
      pack: Buffer;
      /** As the pack itself declares. */
      objects: number;
    }
  | { ok: false };

const signature = '# v2 git bundle\n';
const mostHeader = 4_096;

export const readBundleHeader = (bundle: Buffer): BundleHeader => {
  if (bundle.subarray(0, signature.length).toString('latin1') !== signature) return { ok: false };
  const end = bundle.subarray(0, mostHeader).indexOf('\n\n');
  if (end < 0) return { ok: false };
  const needs: string[] = [];
  const refs: { sha: string; ref: string }[] = [];
  for (const line of bundle.subarray(signature.length, end).toString('latin1').split('\n')) {
    const need = /^-([0-9a-f]{40})( .*)?$/.exec(line)?.[1];
    const [, sha, ref] = /^([0-9a-f]{40}) (\S+)$/.exec(line) ?? [];
    if (need !== undefined) needs.push(need);
    else if (sha !== undefined && ref !== undefined) refs.push({ sha, ref });
    else return { ok: false };
  }
  const pack = bundle.subarray(end + 2);
  if (pack.length < 32 || pack.subarray(0, 4).toString('latin1') !== 'PACK') return { ok: false };
  return { ok: true, needs, refs, pack, objects: pack.readUInt32BE(8) };
};
