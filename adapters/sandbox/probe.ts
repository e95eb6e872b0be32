// Finds out once how bubblewrap may run here: in a user namespace as an unprivileged user, or, as root only, without one.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

/** `uid` is what the command sees; `options` make it so. */
export type Identity = { uid: number; options: readonly string[] };

export type Probed = { ok: true; identity: Identity } | { ok: false; why: string };

/** Without nested user namespaces: in one, a process could mount control groups and lift its own limits. */
const asUser: Identity = {
  uid: 1000,
  options: ['--unshare-user', '--disable-userns', '--uid', '1000', '--gid', '1000'],
};
const asRoot: Identity = { uid: 0, options: [] };

const attempt = (bwrap: string, identity: Identity): Promise<string | null> => {
  const options = ['--unshare-all', ...identity.options, '--cap-drop', 'ALL', '--ro-bind', '/', '/', '--proc', '/proc'];
  return new Promise((resolve) => {
    execFile(bwrap, [...options, '/bin/true'], { env: {}, timeout: 10_000 }, (error, _stdout, stderr) =>
      resolve(error === null ? null : stderr.trim().slice(-300) || error.message),
    );
  });
};

/** That a box can be made is kept; that none can is asked anew, for a person may install what is missing. */
export const createProbe = (bwrap: string): (() => Promise<Probed>) => {
  let answer: Promise<Probed> | undefined;
  const ask = async (): Promise<Probed> => {
    if (!existsSync(bwrap)) {
      return { ok: false, why: `${bwrap} is missing. Install the package "bubblewrap" on this machine.` };
    }
    const refused = await attempt(bwrap, asUser);
    if (refused === null) return { ok: true, identity: asUser };
    if (process.getuid?.() === 0 && (await attempt(bwrap, asRoot)) === null) return { ok: true, identity: asRoot };
    const why = `bubblewrap cannot make a box here (${refused}). It needs bubblewrap 0.8 or newer and permission to make user namespaces, or root.`;
    return { ok: false, why };
  };
  return () => {
    answer ??= ask().then((probed) => {
      if (!probed.ok) answer = undefined;
      return probed;
    });
    return answer;
  };
};
