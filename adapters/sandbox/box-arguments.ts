// A box as bubblewrap options. They travel through a descriptor, so no path or variable shows in the host's process list.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, extname, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bug } from '../../src/errors.ts';
import type { Box, Inside } from './contract.ts';
import type { Identity } from './probe.ts';
import { identityArguments, procArguments, systemArguments } from './root.ts';

/** The box has a network of its own, so fixed ports meet nobody. */
export const modelPort = 8787;
export const egressPort = 3128;

/** `.mts` because no package.json is there to say that the files are modules. */
export const insidePaths = {
  node: '/run/gantry/node',
  supervisor: '/run/gantry/inside.mts',
  bridge: '/run/gantry/bridge.mts',
  model: '/run/gantry/model.sock',
  egress: '/run/gantry/egress.sock',
};

/** Beside this file, with its extension: `.ts` in the source, `.js` once built. */
const sibling = (name: string): string => {
  const own = fileURLToPath(import.meta.url);
  return `${dirname(own)}/${name}${extname(own)}`;
};

type Bind = { path: string; source: string; writable: boolean };

/**
 * A path with a link in it could have been turned by an earlier box to point elsewhere on the host; bubblewrap would
 * follow it. So the caller names real paths, and a changed one is refused.
 */
const realPath = (path: string): string => {
  if (!existsSync(path)) throw new Bug(`A mount must exist before its box: ${path}`);
  if (!isAbsolute(path) || path === '/' || realpathSync(path) !== path) {
    throw new Bug(`A mount must be an absolute real path other than /, without links: ${path}`);
  }
  return path;
};

const covers = (parent: string, path: string): boolean => path === parent || path.startsWith(`${parent}/`);

const bindsOf = (box: Box): Bind[] => {
  const binds = box.mounts.map(({ path, writable }): Bind => ({ path, source: realPath(path), writable }));
  if (box.home !== undefined) binds.push({ path: box.home, source: realPath(box.home), writable: true });
  for (const tool of box.toolchains) {
    const source = realpathSync(tool);
    if (!binds.some(({ path }) => path === source)) binds.push({ path: source, source, writable: false });
    if (tool !== source && !binds.some(({ path }) => covers(path, tool))) {
      binds.push({ path: tool, source, writable: false });
    }
  }
  // Parents before what lies in them, else a parent would hide it.
  return binds.sort((a, b) => a.path.split('/').length - b.path.split('/').length);
};

export type BoxPlace = { directory: string; node: string; identity: Identity; inside: Inside };

export const boxArguments = (box: Box, { directory, node, identity, inside }: BoxPlace): string[] => {
  const size = String(box.limits.memoryBytes);
  const sockets: [string | undefined, string][] = [
    [box.modelSocket, insidePaths.model],
    [box.egressSocket, insidePaths.egress],
  ];
  return [
    ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv', '--hostname', 'box'],
    ...identity.options,
    ...systemArguments(),
    ...identityArguments(directory, identity.uid, inside.home),
    ...['--proc', '/proc', ...procArguments(), '--dev', '/dev'],
    ...['--perms', '1777', '--size', size, '--tmpfs', '/tmp', '--dir', '/var', '--symlink', '../tmp', '/var/tmp'],
    ...['--size', size, '--tmpfs', '/run', '--size', size, '--tmpfs', '/home'],
    ...(box.home === undefined ? ['--perms', '0700', '--dir', inside.home] : []),
    ...bindsOf(box).flatMap(({ path, source, writable }) => [writable ? '--bind' : '--ro-bind', source, path]),
    ...['--ro-bind', node, insidePaths.node],
    ...['--ro-bind', sibling('inside'), insidePaths.supervisor, '--ro-bind', sibling('bridge'), insidePaths.bridge],
    ...sockets.flatMap(([source, path]) => (source === undefined ? [] : ['--bind', realPath(source), path])),
    ...['--remount-ro', '/', '--chdir', box.cwd, '--info-fd', '4'],
  ];
};
