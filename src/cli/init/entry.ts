// What stands at a path, links not followed.
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';

/** Undefined where nothing is there; whatever else keeps us from looking is thrown. */
export async function entryAt(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}
