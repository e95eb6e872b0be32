// A box as bubblewrap options. They travel through a descriptor, so no path or variable shows in the host's process list.
import { type Bind, bindsOf, ownBinds } from './binds.ts';
import type { Box, Inside } from './contract.ts';
import type { Identity } from './probe.ts';
import { identityArguments, procArguments, systemArguments } from './root.ts';

export type BoxPlace = { directory: string; node: string; identity: Identity; inside: Inside };

const mount = ({ path, source, writable }: Bind): string[] => [writable ? '--bind' : '--ro-bind', source, path];

export const boxArguments = (box: Box, { directory, node, identity, inside }: BoxPlace): string[] => {
  const size = String(Math.min(box.limits.memoryBytes, box.limits.diskBytes));
  return [
    ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv', '--hostname', 'box'],
    ...identity.options,
    ...systemArguments(),
    ...identityArguments(directory, identity.uid, inside.home),
    ...['--proc', '/proc', ...procArguments(), '--dev', '/dev'],
    ...['--perms', '1777', '--size', size, '--tmpfs', '/tmp', '--dir', '/var', '--symlink', '../tmp', '/var/tmp'],
    ...['--size', size, '--tmpfs', '/run', '--size', size, '--tmpfs', '/home'],
    ...(box.home === undefined ? ['--perms', '0700', '--dir', inside.home] : []),
    ...bindsOf(box).flatMap(mount),
    ...ownBinds(box, node).flatMap(mount),
    ...['--remount-ro', '/', '--chdir', box.cwd, '--info-fd', '4'],
  ];
};
