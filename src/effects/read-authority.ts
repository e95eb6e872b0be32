// What may this person do right now? Never taken from a webhook: roles change.
import type { Effect } from './contract.ts';

export const readAuthority: Effect<'ReadAuthority'> = {
  async execute({ command: { ask }, repository }, { reader }) {
    return { type: 'AuthorityRead', ask, role: await reader.role(repository, ask.by.login) };
  },
};

export const readLabelAuthority: Effect<'ReadLabelAuthority'> = {
  async execute({ command: { label, change, by }, repository }, { reader }) {
    return { type: 'LabelAuthorityRead', label, change, by, role: await reader.role(repository, by.login) };
  },
};
