// Podman's filter of system calls lets a container make namespaces, for containers within; a box gets the filter without them.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Rule = z.looseObject({ names: z.array(z.string()), action: z.string() });
const Profile = z.looseObject({ syscalls: z.array(Rule) });

/** In a namespace of its own, hostile code is root over most of the kernel's mount and network code. */
const taken = new Set(
  'clone clone3 unshare setns mount umount umount2 pivot_root mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick'.split(
    ' ',
  ),
);

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET together. */
const namespaceFlags = 0x7e020000;
const noSuchCall = 38;

const without = {
  names: ['clone'],
  action: 'SCMP_ACT_ALLOW',
  args: [{ index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
};
/** Its flags lie in memory, where a filter cannot look; libraries then use clone. */
const hidden = { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: noSuchCall };

/** `file` is the engine's own profile. Throws when it cannot be read or is none. */
export const boxProfile = (file: string): string => {
  const profile = Profile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const kept = profile.syscalls
    .map((rule) => ({ ...rule, names: rule.names.filter((name) => !taken.has(name)) }))
    .filter(({ names }) => names.length > 0);
  return JSON.stringify({ ...profile, syscalls: [...kept, without, hidden] });
};
