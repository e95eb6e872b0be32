// Words that have no place in this project: hosts of registries, paths of one machine, credits of tools, credentials.
export type Word = { what: string; pattern: RegExp; sample: string };

// Put together from parts, or this file would be the first that has them.
const of = (...parts: string[]): string => parts.join('');
const literally = (text: string): string => text.replace(/[.\\/[\]]/g, '\\$&');
const anyOf = (...texts: string[]): RegExp => new RegExp(texts.map(literally).join('|'), 'i');

export const words: readonly Word[] = [
  {
    what: 'the host of a package registry: which one is used is the business of the machine',
    pattern: anyOf(
      of('registry.', 'npmjs'),
      of('registry.', 'yarnpkg'),
      of('deb.', 'debian'),
      of('archive.', 'ubuntu'),
    ),
    sample: of('https://registry.', 'npmjs.org/zod'),
  },
  {
    what: 'a path of the machine that it was written on',
    pattern: new RegExp(
      `(^|[\\s"'\`(=])/(${['wo', 'Use'].map((start) => `${start}${start === 'wo' ? 'rk' : 'rs'}`).join('|')})/[a-z]`,
    ),
    sample: of(' /wo', 'rk/main/src'),
  },
  {
    what: 'who or what helped to write it: commits are signed by people',
    pattern: anyOf(of('co-', 'authored-by'), of('generated ', 'with ['), of('as an ai ', 'language model')),
    sample: of('Co-', 'Authored-By: somebody'),
  },
  {
    what: 'something that is a live credential by its form',
    pattern: new RegExp(of('\\b(gh[pousr]_[A-Za-z0-9]{36}|sk-', '[A-Za-z0-9]{40,}|AKIA', '[0-9A-Z]{16})\\b')),
    sample: of('ghp_', 'a'.repeat(36)),
  },
];
