// What of the host's file system a box may see beside its mounts: an allow-list, and a few files made up for it.
import { existsSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const merged = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** Never whole directories that also hold keys: /etc/ssl has private/, /etc/pki has CA material. */
const settings = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/pki/ca-trust/extracted',
  '/etc/pki/tls/certs',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
];

/** Programs, libraries and settings of the machine that every box may read. */
export const readable = (): string[] => ['/usr', ...merged, ...settings].filter((path) => existsSync(path));

/** The same as bubblewrap options. */
export const systemArguments = (): string[] => {
  const options = ['--ro-bind', '/usr', '/usr'];
  for (const path of merged) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink()) options.push('--symlink', readlinkSync(path), path);
    else if (stat?.isDirectory()) options.push('--ro-bind', path, path);
  }
  for (const path of settings) if (existsSync(path)) options.push('--ro-bind', path, path);
  return options;
};

/**
 * Where this process is root, the box's user still owns what root owns in /proc: without these covers it rewrote
 * /proc/sys/kernel/core_pattern, which the host's kernel runs.
 */
export const procArguments = (): string[] => [
  ...['/proc/sys', '/proc/fs', '/proc/acpi', '/proc/scsi', '/proc/irq', '/proc/bus']
    .filter((path) => existsSync(path))
    .flatMap((path) => ['--ro-bind', path, path]),
  ...['sysrq-trigger', 'mtrr', 'kcore', 'keys', 'kmsg', 'timer_list', 'sched_debug', 'latency_stats']
    .map((name) => `/proc/${name}`)
    .filter((path) => existsSync(path))
    .flatMap((path) => ['--ro-bind', '/dev/null', path]),
];

/** Writes the files into `directory`/etc and answers the options that mount them. `uid` is the one inside. */
export const identityArguments = (directory: string, uid: number, home: string): string[] => {
  const user = uid === 0 ? [] : [`agent:x:${uid}:${uid}:agent:${home}:/bin/sh`];
  const group = uid === 0 ? [] : [`agent:x:${uid}:`];
  const files: Record<string, string[]> = {
    passwd: ['root:x:0:0:root:/root:/bin/sh', ...user, 'nobody:x:65534:65534:nobody:/:/bin/false'],
    group: ['root:x:0:', ...group, 'nogroup:x:65534:'],
    hosts: ['127.0.0.1 localhost box', '::1 localhost'],
    'nsswitch.conf': ['passwd: files', 'group: files', 'hosts: files'],
    // Empty on purpose: names are resolved by the egress proxy, outside.
    'resolv.conf': [],
  };
  const etc = join(directory, 'etc');
  mkdirSync(etc);
  return Object.entries(files).flatMap(([name, lines]) => {
    writeFileSync(join(etc, name), lines.map((line) => `${line}\n`).join(''));
    return ['--ro-bind', join(etc, name), `/etc/${name}`];
  });
};
