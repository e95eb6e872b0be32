// A small image made of programs of this machine, so that containers are tested without a registry.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const programs =
  'bash cat cut env find git grep head id kill ln ls mkdir mount node prlimit ps rm sed setsid sh sleep sort tail touch tr true uname unshare wc yes';
const folders = ['usr/bin', 'usr/lib', 'usr/lib64', 'etc', 'proc', 'sys', 'dev', 'run', 'tmp', 'var', 'home'];

export type ContainerImage = { id: string; remove(): void };

const pathOf = (program: string): string | undefined =>
  (program === 'node' ? [process.execPath] : [`/usr/bin/${program}`, `/bin/${program}`]).find((path) =>
    existsSync(path),
  );

/** Libraries and the loader, by the names under which the program asks for them. */
const librariesOf = (program: string): string[] => {
  try {
    return execFileSync('ldd', [program], { encoding: 'utf8', stdio: 'pipe' }).match(/\/[^\s)]+/g) ?? [];
  } catch {
    return []; // a script, or linked statically
  }
};

const fill = (root: string) => {
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nagent:x:1000:1000:agent:/home/agent:/bin/sh\n',
  );
  const found = programs.split(' ').flatMap((name) => pathOf(name) ?? []);
  for (const path of found)
    if (path !== process.execPath)
      copyFileSync(realpathSync(path), join(root, 'usr/bin', path.split('/').at(-1) ?? ''));
  mkdirSync(join(root, 'usr/lib/git-core'));
  symlinkSync('../../bin/git', join(root, 'usr/lib/git-core/git'));
  for (const library of new Set(found.flatMap(librariesOf))) {
    const place = join(root, library.startsWith('/usr') ? library : `/usr${library}`);
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(realpathSync(library), place);
  }
};

/** `podman` is the program. Takes about a second; its caller removes the image. */
export const makeImage = (podman: string): ContainerImage => {
  const root = mkdtempSync(join(tmpdir(), 'gantry-image-'));
  try {
    fill(join(root, 'root'));
    const tar = join(root, 'image.tar');
    execFileSync('tar', ['-C', join(root, 'root'), '-cf', tar, '.']);
    const id = execFileSync(podman, ['import', '--quiet', tar], { encoding: 'utf8', stdio: 'pipe' }).trim();
    return { id, remove: () => void execFileSync(podman, ['rmi', '--force', id], { stdio: 'pipe' }) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};
