// Removes a tree that hostile programs wrote: links are not followed, and folders they made unwritable are opened first.
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOTEMPTY') throw error;
    await openUp(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    // For a link this is false: what it points to is none of ours.
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
  }
}
