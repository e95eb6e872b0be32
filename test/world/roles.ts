// Roles on a repository, least first, and GitHub's two spellings of them.
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** As collaborators are stored → as the permission API says it. */
const SPELLING: Record<string, Role> = {
  pull: 'read',
  read: 'read',
  triage: 'triage',
  push: 'write',
  write: 'write',
  maintain: 'maintain',
  admin: 'admin',
};

export const roleNamed = (stored: string | undefined): Role => (stored && SPELLING[stored]) || 'none';

export const atLeast = (role: Role, least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);

export const highest = (roles: Role[]): Role =>
  roles.reduce<Role>((best, role) => (atLeast(role, best) ? role : best), 'none');
