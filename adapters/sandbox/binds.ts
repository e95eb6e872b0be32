// The host paths that a box shows, in the order in which they are mounted.
import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Bug } from '../../src/errors.ts';
import type { Box } from './contract.ts';
import { insidePaths, sibling } from './inside-order.ts';

export type Bind = { path: string; source: string; writable: boolean };

/**
 * A path with a link in it could have been turned by an earlier box to point elsewhere on the host; a mount would
 * follow it. So the caller names real paths, and a changed one is refused.
 */
const realPath = (path: string): string => {
  if (!existsSync(path)) throw new Bug(`A mount must exist before its box: ${path}`);
  if (!isAbsolute(path) || path === '/' || realpathSync(path) !== path) {
    throw new Bug(`A mount must be an absolute real path other than /, without links: ${path}`);
  }
  return path;
};

export const covers = (parent: string, path: string): boolean => path === parent || path.startsWith(`${parent}/`);

/** What the caller asked for: parents before what lies in them, else a parent would hide it. */
export const bindsOf = (box: Box): Bind[] => {
  const binds = box.mounts.map(({ path, writable }): Bind => ({ path, source: realPath(path), writable }));
  if (box.home !== undefined) binds.push({ path: box.home, source: realPath(box.home), writable: true });
  for (const tool of box.toolchains) {
    const source = realpathSync(tool);
    if (!binds.some(({ path }) => path === source)) binds.push({ path: source, source, writable: false });
    if (tool !== source && !binds.some(({ path }) => covers(path, tool))) {
      binds.push({ path: tool, source, writable: false });
    }
  }
  return binds.sort((a, b) => a.path.split('/').length - b.path.split('/').length);
};

/** What every box of ours needs to start: Node, the supervisor, and the sockets that were given. */
export const ownBinds = (box: Box, node: string): Bind[] => [
  { path: insidePaths.node, source: node, writable: false },
  { path: insidePaths.supervisor, source: sibling('inside'), writable: false },
  { path: insidePaths.bridge, source: sibling('bridge'), writable: false },
  ...(box.modelSocket === undefined
    ? []
    : [{ path: insidePaths.model, source: realPath(box.modelSocket), writable: true }]),
  ...(box.egressSocket === undefined
    ? []
    : [{ path: insidePaths.egress, source: realPath(box.egressSocket), writable: true }]),
];
