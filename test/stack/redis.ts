// The redis-server of this machine, where there is one.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Its path; undefined where it is not installed. */
export const findRedis = (searched = process.env.PATH ?? ''): string | undefined =>
  searched
    .split(path.delimiter)
    .map((folder) => path.join(folder, 'redis-server'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        // Not there, or not to be run: the next folder may have it.
        return false;
      }
    });

/** Keeps nothing on disk and listens on loopback only. */
export const redisArguments = (port: number): string[] => [
  ...['--bind', '127.0.0.1', '--port', String(port)],
  ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
];
