// The container sandbox of this machine for tests, or why there is none.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContainer } from '../../../adapters/sandbox/container.ts';
import type { Available, Sandbox } from '../../../adapters/sandbox/contract.ts';
import { makeImage } from './container-image.ts';

export type ContainerHere = { sandbox: Sandbox; available: Available; image: string; close(): void };

const podman = '/usr/bin/podman';

/** Podman's default runtime refuses a machine with control groups of both versions; an operator would say so here. */
const chooseRuntime = () => {
  if (!existsSync('/sys/fs/cgroup/unified') || !existsSync('/usr/sbin/runc')) return;
  const file = join(mkdtempSync(join(tmpdir(), 'gantry-containers-')), 'containers.conf');
  writeFileSync(file, '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n');
  process.env.CONTAINERS_CONF = file;
};

export const containerHere = async (): Promise<ContainerHere> => {
  if (!existsSync(podman)) {
    const sandbox = createContainer({ image: undefined });
    return { sandbox, available: { ok: false, why: 'podman is not installed here.' }, image: '', close: () => {} };
  }
  chooseRuntime();
  const image = makeImage(podman);
  const sandbox = createContainer({ image: image.id });
  return { sandbox, available: await sandbox.available(), image: image.id, close: image.remove };
};
