// Zip files, so that artifacts have GitHub's download format. Stored sizes only up to 4 GB; no zip64, no encryption.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** With forward slashes, relative. */
  name: string;
  bytes: Buffer;
}

const utf8Names = 0x800;
const deflated = 8;
const january1980 = 0x00210000;

/** All files below a folder, by name; the file itself where it is one; none where it does not exist. */
export function filesOf(root: string): ZipEntry[] {
  if (!existsSync(root)) return [];
  if (!statSync(root).isDirectory()) return [{ name: path.basename(root), bytes: readFileSync(root) }];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ name: path.relative(root, file).replaceAll(path.sep, '/'), bytes: readFileSync(file) }));
}

export function zip(entries: ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes } of entries) {
    const nameBytes = Buffer.from(name);
    const packed = deflateRawSync(bytes);
    const described = describe(bytes, packed, nameBytes);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    described.copy(local, 4);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4); // made by version 2.0
    described.copy(central, 6);
    central.writeUInt32LE(at, 42);
    parts.push(local, nameBytes, packed);
    directory.push(central, nameBytes);
    at += local.length + nameBytes.length + packed.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, index, end]);
}

/** The 26 bytes that local header and directory have in common. */
function describe(bytes: Buffer, packed: Buffer, name: Buffer): Buffer {
  const out = Buffer.alloc(26);
  out.writeUInt16LE(20, 0); // needs version 2.0
  out.writeUInt16LE(utf8Names, 2);
  out.writeUInt16LE(deflated, 4);
  out.writeUInt32LE(january1980, 6);
  out.writeUInt32LE(crc32(bytes), 10);
  out.writeUInt32LE(packed.length, 14);
  out.writeUInt32LE(bytes.length, 18);
  out.writeUInt16LE(name.length, 22);
  return out;
}

/** Reads what `zip` wrote (no archive comment). */
export function unzip(archive: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = archive.readUInt32LE(archive.length - 6);
  for (let left = archive.readUInt16LE(archive.length - 12); left > 0; left--) {
    const size = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const name = archive.subarray(at + 46, at + 46 + nameLength).toString();
    entries.push({ name, bytes: inflateRawSync(archive.subarray(start, start + size)) });
    at += 46 + nameLength;
  }
  return entries;
}

/** Writes the entries below `folder`. A name that leads out of it throws. */
export function unpackTo(archive: Buffer, folder: string): void {
  for (const { name, bytes } of unzip(archive)) {
    const file = path.resolve(folder, name);
    if (!file.startsWith(path.resolve(folder) + path.sep)) throw new Error(`'${name}' leads out of the folder`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
