// The three things git does with a hostile pack, each in a box of its own: list, check, read links.
import type { BoxResult } from '../sandbox/contract.ts';
import { type BoxGit, lastWords, runInBox } from './box-git.ts';
import type { ChangedFile } from './contract.ts';
import type { ListedEntry } from './judge-tree.ts';
import { fields, parseBatch, parseRawDiff, treeLine } from './parse.ts';
import { rawDiffArguments } from './reader.ts';
import { type Refused, refuse } from './refusal.ts';
import { findEscapingLink } from './symlink-rule.ts';

export type Opened = {
  box: BoxGit;
  objects: string;
  scratch: string;
  start: string;
  commit: string;
  secondsLeft(): number;
};

/** Exit codes tell the steps apart; git's own are 1, 128 and 129. */
const codes = { unreadable: 41, missing: 42, parents: 43, listing: 44, unsound: 45 };

/** `ls-tree` writes as it walks, so the reader can stop a tree that never ends; a diff would first collect all of it. */
const listScript = `
git init --quiet --bare --template= || exit ${codes.unreadable}
git index-pack --stdin --fix-thin > /dev/null || exit ${codes.unreadable}
[ "$(git cat-file -t "$2")" = commit ] || exit ${codes.missing}
[ "$(git rev-list --parents --max-count=1 "$2")" = "$2 $1" ] || exit ${codes.parents}
git ls-tree -r -z --full-tree "$2" || exit ${codes.listing}
`;

/** fsck of every object; modes that git itself never writes are only a remark there by default. */
export const strict = '--strict=badFilemode=error';

const checkScript = `
for pack in "$GIT_DIR"/objects/pack/*.pack; do
  git index-pack ${strict} -o "$TMPDIR/check.idx" "$pack" > /dev/null || exit ${codes.unsound}
done
git cat-file --batch-check || exit ${codes.unsound}
printf '\\0'
shift 2
git "$@" || exit ${codes.unsound}
`;

/** A path of the file system is at most this long; longer ones are refused when they are judged. */
const mostLine = 4_200;

const outcome = (result: BoxResult): Refused | null => {
  if (result.timedOut) return refuse('timeout', 'The bundle took too long to read.');
  if (result.exitCode === 0) return null;
  const said = lastWords(result);
  if (result.exitCode === codes.missing) return refuse('corrupt', 'The bundle does not hold the commit it names.');
  if (result.exitCode === codes.parents)
    return refuse('wrong_base', 'The bundle must be one commit on the start commit.');
  return refuse('corrupt', `git could not read the bundle within its limits: ${said || 'no reason given'}`);
};

/** Unpacks into the scratch repository and lists the tree, at most `entries` lines of it. */
export const openBundle = async (
  place: Opened,
  pack: Buffer,
  entries: number,
): Promise<{ ok: true; entries: ListedEntry[] } | Refused> => {
  const stop = new AbortController();
  const chunks: Buffer[] = [];
  let lines = 0;
  let bytes = 0;
  const result = await runInBox(place.box, {
    script: listScript,
    args: [place.start, place.commit],
    objects: place.objects,
    scratch: place.scratch,
    seconds: place.secondsLeft(),
    io: {
      stdin: pack,
      signal: stop.signal,
      stdout: (chunk) => {
        if (stop.signal.aborted) return;
        for (const byte of chunk) if (byte === 0) lines += 1;
        bytes += chunk.length;
        if (lines > entries || bytes > (entries + 1) * mostLine) stop.abort();
        else chunks.push(chunk);
      },
    },
  });
  if (stop.signal.aborted) return refuse('too_many_files', `The tree has more than ${entries} files.`);
  return outcome(result) ?? { ok: true, entries: fields(Buffer.concat(chunks)).map(treeLine) };
};

/** fsck of every object, sizes of the new files, and the list of changes with renames. */
export const readChanges = async (
  place: Opened,
  changed: readonly ListedEntry[],
  fileBytes: number,
): Promise<{ ok: true; files: ChangedFile[] } | Refused> => {
  const result = await runInBox(place.box, {
    script: checkScript,
    args: [place.start, place.commit, ...rawDiffArguments(place.start, place.commit)],
    objects: place.objects,
    scratch: place.scratch,
    seconds: place.secondsLeft(),
    outputBytes: 64 * 1024 * 1024,
    io: { stdin: Buffer.from(changed.map(({ blob }) => `${blob}\n`).join('')) },
  });
  const refused = outcome(result);
  if (refused !== null) return refused;
  const end = result.stdout.indexOf(0);
  const sizes = result.stdout.subarray(0, end).toString('latin1').split('\n');
  for (const [index, { path }] of changed.entries()) {
    const [, type, size] = sizes[index]?.split(' ') ?? [];
    const shown = JSON.stringify(path.toString('utf8').slice(0, 200));
    if (type !== 'blob') return refuse('corrupt', `${shown} is not a file.`);
    if (!(Number(size) <= fileBytes)) {
      return refuse('too_large', `${shown} has ${size} bytes, ${fileBytes} are allowed.`);
    }
  }
  return { ok: true, files: parseRawDiff(result.stdout.subarray(end + 1)) };
};

const mostLinks = 20_000;
const longestTarget = 4_096;

/** Only a change of links can make one escape, so without any nothing is read. */
export const readLinks = async (
  place: Opened,
  links: ReadonlyMap<string, string>,
  changed: ReadonlySet<string>,
): Promise<{ ok: true } | Refused> => {
  if (changed.size === 0) return { ok: true };
  if (links.size > mostLinks) return refuse('too_many_files', `The tree has more than ${mostLinks} links.`);
  const result = await runInBox(place.box, {
    script: 'git cat-file --batch',
    args: [],
    objects: place.objects,
    scratch: place.scratch,
    seconds: place.secondsLeft(),
    outputBytes: links.size * longestTarget,
    io: { stdin: Buffer.from([...new Set(links.values())].map((blob) => `${blob}\n`).join('')) },
  });
  const refused = outcome(result);
  if (refused !== null) return refused;
  if (result.truncated) return refuse('symlink_escapes', 'A link is longer than a path can be.');
  const blobs = parseBatch(result.stdout);
  const targets = new Map([...links].map(([path, blob]) => [path, blobs.get(blob)?.bytes.toString('utf8') ?? '/']));
  const escaping = findEscapingLink(targets, changed);
  if (escaping === null) return { ok: true };
  return refuse('symlink_escapes', `The link ${JSON.stringify(escaping.slice(0, 200))} leads out of the repository.`);
};
