// A box as options of `podman run` or `docker run`. Variables and command travel through the control socket instead.
import { Bug, Permanent } from '../../src/errors.ts';
import { type Bind, bindsOf, covers, ownBinds } from './binds.ts';
import type { Engine } from './container-engine.ts';
import type { Box, Limits } from './contract.ts';
import { insidePaths, ownHome, supervisorBytes, supervisorThreads } from './inside-order.ts';

export type ContainerPlace = { name: string; image: string; node: string; controlSocket: string; seccomp: string };

/** The option is a line of comma-separated values: a path with one of these would become other options. */
const mount = ({ path, source, writable }: Bind): string => {
  if (/[,"\n]/.test(path + source)) throw new Bug(`A container's mount holds a comma, a quote or a line end: ${path}`);
  return `--mount=type=bind,source=${source},destination=${path}${writable ? '' : ',readonly'}`;
};

const limitOptions = (limits: Limits, { enforced }: Engine): string[] => {
  const memory = limits.memoryBytes + supervisorBytes;
  return [
    ...(enforced.has('memoryBytes') ? [`--memory=${memory}`, `--memory-swap=${memory}`] : []),
    ...(enforced.has('processes') ? [`--pids-limit=${limits.processes + supervisorThreads}`] : []),
    ...(enforced.has('cpus') ? [`--cpus=${limits.cpus}`] : []),
    `--ulimit=fsize=${limits.fileBytes}:${limits.fileBytes}`,
    '--ulimit=core=0:0',
  ];
};

/** First process of the container: it stays beside the supervisor and collects what others leave behind. */
const first = '"$@"; exit $?';

export const containerArguments = (box: Box, engine: Engine, place: ContainerPlace, stdin: boolean): string[] => {
  const visible = [box.home ?? ownHome, ...box.mounts.map(({ path }) => path)];
  if (box.cwd !== '/tmp' && !visible.some((path) => covers(path, box.cwd)))
    throw new Permanent(`The box could not be built (its working directory is not mounted: ${box.cwd}).`);
  const control: Bind = { path: insidePaths.control, source: place.controlSocket, writable: true };
  // Podman would copy the image's directory over it, and its mode.
  const bare = engine.kind === 'podman' ? ',notmpcopyup' : '';
  const tmpfs = `rw,exec,nosuid,nodev,mode=1777,size=${Math.min(box.limits.memoryBytes, box.limits.diskBytes)}${bare}`;
  return [
    ...['run', '--rm', `--name=${place.name}`, '--pull=never', '--log-driver=none'],
    ...['--network=none', '--ipc=private', '--hostname=box', '--cap-drop=all', '--security-opt=no-new-privileges'],
    ...['--read-only', `--tmpfs=/tmp:${tmpfs}`, ...(box.home === undefined ? [`--tmpfs=${ownHome}:${tmpfs}`] : [])],
    // Should this process and the supervisor both be unable to end it.
    ...(engine.kind === 'podman' ? ['--no-hosts', `--timeout=${Math.ceil(box.limits.wallSeconds) + 60}`] : []),
    ...(engine.seccomp === undefined ? [] : [`--security-opt=seccomp=${place.seccomp}`]),
    ...engine.identity,
    ...limitOptions(box.limits, engine),
    ...bindsOf(box).map(mount),
    ...[...ownBinds(box, place.node), control].map(mount),
    ...(stdin ? ['--interactive'] : []),
    ...[`--workdir=${box.cwd}`, '--entrypoint=/bin/sh', place.image, '-c', first, 'sh'],
    ...[insidePaths.node, insidePaths.supervisor, insidePaths.bridge, insidePaths.control],
  ];
};
