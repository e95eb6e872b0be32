// Git objects as bytes, from and to emulate's rows. A commit that came over git keeps its bytes, so its SHA is kept.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import type { BlobRow, CommitRow, TagRow, TreeEntry, TreeRow } from './git-rows.ts';

export const blobBytes = (blob: BlobRow): Buffer =>
  Buffer.from(blob.content, blob.encoding === 'base64' ? 'base64' : 'utf8');

export const tagBytes = (tag: TagRow): Buffer | undefined =>
  tag.raw_base64 === undefined ? undefined : Buffer.from(tag.raw_base64, 'base64');

export function treeBytes(row: TreeRow): Buffer {
  const sortKey = (e: TreeEntry) => Buffer.from(e.path + (e.type === 'tree' ? '/' : ''));
  const entries = [...row.tree].sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  const parts = entries.flatMap((e) => [
    Buffer.from(`${e.mode.replace(/^0+/, '')} ${e.path}\0`),
    Buffer.from(e.sha, 'hex'),
  ]);
  return Buffer.concat(parts);
}

export function commitBytes(commit: CommitRow): Buffer {
  if (commit.raw_base64 !== undefined) return Buffer.from(commit.raw_base64, 'base64');
  const lines = [
    `tree ${commit.tree_sha}`,
    ...commit.parent_shas.map((parent) => `parent ${parent}`),
    `author ${commit.author_name} <${commit.author_email}> ${gitTime(commit.author_date)}`,
    `committer ${commit.committer_name} <${commit.committer_email}> ${gitTime(commit.committer_date)}`,
    '',
    commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`,
  ];
  return Buffer.from(lines.join('\n'));
}

function gitTime(date: string): string {
  const zone = /([+-])(\d\d):?(\d\d)$/.exec(date);
  return `${Math.floor(Date.parse(date) / 1000)} ${zone ? `${zone[1]}${zone[2]}${zone[3]}` : '+0000'}`;
}

/** Writes a loose object. Throws when the bytes do not make the expected SHA: the two sides would drift apart. */
export function writeLoose(dir: string, type: string, bytes: Buffer, expected: string): void {
  const data = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  const sha = createHash('sha1').update(data).digest('hex');
  if (sha !== expected) throw new Error(`${type} ${expected} would become ${sha}`);
  const file = path.join(dir, 'objects', sha.slice(0, 2), sha.slice(2));
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, deflateSync(data, { level: 1 }));
}

export interface RawObject {
  sha: string;
  type: string;
  bytes: Buffer;
}

/** What `git cat-file --batch` printed. */
export function* readBatch(out: Buffer): Generator<RawObject> {
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf(10, at);
    const [sha = '', type = '', size = '0'] = out.subarray(at, end).toString().split(' ');
    const stop = end + 1 + Number(size);
    yield { sha, type, bytes: out.subarray(end + 1, stop) };
    at = stop + 1;
  }
}

export function parseBlob(bytes: Buffer): Pick<BlobRow, 'content' | 'encoding' | 'size'> {
  const text = bytes.toString('utf8');
  const isText = !text.includes('\0') && Buffer.from(text).equals(bytes);
  return {
    content: isText ? text : bytes.toString('base64'),
    encoding: isText ? 'utf-8' : 'base64',
    size: bytes.length,
  };
}

export function parseTree(bytes: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const nul = bytes.indexOf(0, at);
    const [mode = '', ...name] = bytes.subarray(at, nul).toString('utf8').split(' ');
    const type = mode === '40000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';
    const sha = bytes.subarray(nul + 1, nul + 21).toString('hex');
    entries.push({ path: name.join(' '), mode: mode.padStart(6, '0'), type, sha });
    at = nul + 21;
  }
  return entries;
}

export function parseTag(
  bytes: Buffer,
): Omit<TagRow, 'id' | 'created_at' | 'updated_at' | 'repo_id' | 'sha' | 'node_id'> {
  const text = bytes.toString('utf8');
  const field = (key: string) => new RegExp(`^${key} (.*)$`, 'm').exec(text)?.[1] ?? '';
  const [, name = '', email = '', time = '0'] = /^(.*) <(.*)> (\d+)/.exec(field('tagger')) ?? [];
  return {
    tag: field('tag'),
    message: text.slice(text.indexOf('\n\n') + 2),
    object_sha: field('object'),
    object_type: field('type'),
    tagger_name: name,
    tagger_email: email,
    tagger_date: new Date(Number(time) * 1000).toISOString(),
    raw_base64: bytes.toString('base64'),
  };
}

export function parseCommit(
  bytes: Buffer,
): Omit<CommitRow, 'id' | 'created_at' | 'updated_at' | 'repo_id' | 'sha' | 'node_id' | 'user_id'> {
  const text = bytes.toString('utf8');
  const cut = text.indexOf('\n\n');
  const lines = text.slice(0, cut).split('\n');
  const all = (key: string) => lines.filter((l) => l.startsWith(`${key} `)).map((l) => l.slice(key.length + 1));
  const author = parsePerson(all('author')[0] ?? '');
  const committer = parsePerson(all('committer')[0] ?? '');
  return {
    message: text.slice(cut + 2).replace(/\n$/, ''),
    tree_sha: all('tree')[0] ?? '',
    parent_shas: all('parent'),
    author_name: author.name,
    author_email: author.email,
    author_date: author.date,
    committer_name: committer.name,
    committer_email: committer.email,
    committer_date: committer.date,
    raw_base64: bytes.toString('base64'),
  };
}

function parsePerson(text: string): { name: string; email: string; date: string } {
  const [, name = '', email = '', time = '0', zone = '+0000'] = /^(.*) <(.*)> (\d+) ([+-]\d{4})$/.exec(text) ?? [];
  const offset = (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) * 60;
  const local = new Date((Number(time) + offset) * 1000).toISOString().slice(0, 19);
  return { name, email, date: zone === '+0000' ? `${local}Z` : `${local}${zone.slice(0, 3)}:${zone.slice(3)}` };
}
