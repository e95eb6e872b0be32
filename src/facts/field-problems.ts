// Malformed input, field by field: where, what is wrong there, and what would be right. Never what was sent.
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** `field`: `layers[0].name`, '' for the whole. `expected` is absent where `message` says it all. */
export type FieldProblem = { field: string; message: string; expected?: string };

/** In the order in which they were found. Of a union that fits nowhere, the problems of the member that fits best. */
export const fieldProblems = ({ issues }: Pick<z.ZodError, 'issues'>): FieldProblem[] =>
  issues.flatMap((issue) => problemsOf(issue, []));

function problemsOf(issue: Issue, within: readonly PropertyKey[]): FieldProblem[] {
  const path = [...within, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: fieldOf([...path, key]), message: 'is not a field that is known here' }));
  if (issue.code === 'invalid_union') {
    const best = nearest(issue.errors);
    if (best.length > 0) return best.flatMap((inner) => problemsOf(inner, path));
  }
  const expected = expectedOf(issue);
  return [{ field: fieldOf(path), message: issue.message, ...(expected !== undefined && { expected }) }];
}

/** A member whose discriminator fits is meant, however much else is wrong with it; else the one with the fewest problems. */
function nearest(members: readonly (readonly Issue[])[]): readonly Issue[] {
  const strays = (issues: readonly Issue[]) => issues.filter(isStray).length;
  const [best] = members.toSorted((one, other) => strays(one) - strays(other) || one.length - other.length);
  const all = members.filter((issues) => issues.some(isStray)).flat();
  return best?.some(isStray) ? joined(all) : (best ?? []);
}

const isStray = (issue: Issue): boolean => issue.code === 'invalid_union' && issue.errors.length === 0;

/** No member knows the discriminator: everything that any of them would take. */
function joined(strays: readonly Issue[]): readonly Issue[] {
  const [first] = strays;
  if (first?.code !== 'invalid_union') return strays;
  return [{ ...first, options: strays.flatMap(optionsOf) } as Issue];
}

const optionsOf = (issue: Issue): readonly unknown[] =>
  'options' in issue && Array.isArray(issue.options) ? issue.options : [];

function expectedOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return String(issue.expected);
    case 'invalid_value':
      return issue.values.map(String).join(' | ');
    case 'invalid_format':
      return issue.format === 'regex' ? String(issue.pattern) : issue.format;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_union':
      return optionsOf(issue).map(String).join(' | ') || undefined;
    default:
      return undefined;
  }
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key, n) => (typeof key === 'number' ? `[${key}]` : `${n === 0 ? '' : '.'}${String(key).slice(0, 100)}`))
    .join('');

/** For a log or a note: one line. */
export const fieldsInWords = (error: Pick<z.ZodError, 'issues'>): string =>
  fieldProblems(error)
    .map(({ field, message }) => `${field || '(whole)'}: ${message}`)
    .join('; ');
