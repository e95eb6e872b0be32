// Which database the settings name. Less than readEnv asks for: these commands need no App.
import path from 'node:path';
import type { Where } from '../journal/open-database.ts';
import type { Io } from './command.ts';

export function whereOf({ env, cwd }: Pick<Io, 'env' | 'cwd'>): Where {
  const url = env.DATABASE_URL?.trim();
  return url
    ? { kind: 'postgres', url }
    : { kind: 'pglite', folder: path.resolve(cwd, env.DATA_DIR?.trim() || './data') };
}
