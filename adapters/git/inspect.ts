// Judges a hostile bundle: caps before anything expands, git only in a box, and nothing is ever checked out (trust.md 3).
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoxGit } from './box-git.ts';
import { readBundleHeader } from './bundle-header.ts';
import type { GitReader, GitRepo, GitWriter, Inspection, InspectLimits } from './contract.ts';
import type { Git } from './git-process.ts';
import { judgeTree } from './judge-tree.ts';
import { keepPack } from './keep-pack.ts';
import { sha } from './names.ts';
import { type Opened, openBundle, readChanges, readLinks } from './open-bundle.ts';
import { refuse } from './refusal.ts';

export type InspectTools = { git: Git; reader: GitReader; box: BoxGit };

type Request = { repo: GitRepo; bundle: Buffer; start: string; limits: InspectLimits };

/** What can be said before git reads a byte. */
const readHeader = ({ bundle, start, limits }: Request) => {
  if (bundle.length > limits.bytes) {
    return refuse('too_large', `The bundle has ${bundle.length} bytes, ${limits.bytes} are allowed.`);
  }
  const header = readBundleHeader(bundle);
  if (!header.ok) return refuse('not_a_bundle', 'The result is not a git bundle of version 2.');
  const [only, ...others] = header.refs;
  if (only === undefined || others.length > 0) return refuse('not_a_bundle', 'The bundle must name exactly one ref.');
  if (header.needs.length !== 1 || header.needs[0] !== start) {
    return refuse('wrong_base', `The bundle must build on ${start} and on nothing else.`);
  }
  // A file brings itself and at most its directories.
  if (header.objects > (limits.files + 1) * (limits.depth + 2)) {
    return refuse('too_many_files', `The bundle holds ${header.objects} objects.`);
  }
  return { ok: true as const, commit: only.sha, pack: header.pack };
};

const judge = async (tools: InspectTools, request: Request, scratch: string): Promise<Inspection> => {
  const header = readHeader(request);
  if (!header.ok) return header;
  const { repo, limits } = request;
  const deadline = performance.now() + limits.seconds * 1_000;
  const objects = realpathSync(tools.reader.directory(repo));
  const base = await tools.reader.listTree(repo, request.start);
  const place: Opened = {
    box: tools.box,
    objects,
    scratch,
    start: request.start,
    commit: header.commit,
    secondsLeft: () => Math.max(0.1, (deadline - performance.now()) / 1_000),
  };
  const listing = await openBundle(place, header.pack, base.length + limits.files);
  if (!listing.ok) return listing;
  const tree = judgeTree(base, listing.entries, limits);
  if (!tree.ok) return tree;
  const changes = await readChanges(place, tree.changed, limits.fileBytes);
  if (!changes.ok) return changes;
  const links = await readLinks(place, tree.links, tree.changedLinks);
  if (!links.ok) return links;
  await keepPack(tools, repo, header.pack, header.commit);
  return {
    ok: true,
    commit: header.commit,
    tree: await tools.reader.treeOf(repo, header.commit),
    files: changes.files,
  };
};

export const createInspect =
  (tools: InspectTools): GitWriter['inspect'] =>
  async (request) => {
    sha(request.start);
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-inspect-')));
    try {
      return await judge(tools, request, scratch);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  };
