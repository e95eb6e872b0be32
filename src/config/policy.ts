// Reads `.github/harness.yml`. A file with any problem is broken as a whole and never falls back to defaults; all problems
// come back at once, each with its line. The text may come from anyone's head, so it is bounded before it is parsed.
import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { Policy } from '../facts/policy.ts';
import { globProblem } from './glob.ts';
import { harnessSchema } from './schema.ts';
import { type Path, readYaml, type YamlProblem, type YamlRead } from './yaml.ts';

/** `line` counts from 1; `message` is one sentence without a line number that names the field. */
export type PolicyProblem = YamlProblem;
export type PolicyText = { status: 'ok'; policy: Policy } | { status: 'broken'; problems: PolicyProblem[] };

const longestPolicy = 65_536;
const mostProblems = 50;

const hostPattern = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;

/** What the zod schema cannot say. `at`: a field whose entries are judged one by one. */
const entryRules: readonly { at: readonly string[]; problem(entry: string): string | undefined }[] = [
  { at: ['protected'], problem: globProblem },
  {
    at: ['egress'],
    problem: (host) => (hostPattern.test(host) ? undefined : 'is not a host name: give names like `api.example.org`'),
  },
  {
    at: ['approval', 'approvers'],
    problem: (login) =>
      /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(login)
        ? undefined
        : 'is not a GitHub login: leave out the "@" and teams',
  },
];

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    data,
  );

const keysAt = (path: Path): string[] => {
  let part: unknown = harnessSchema();
  for (const key of path)
    part = typeof key === 'number' ? valueAt(part, ['items']) : valueAt(part, ['properties', key]);
  return Object.keys(valueAt(part, ['properties']) ?? {});
};

const didYouMean = (typed: string, known: readonly string[]): string => {
  const best = known.length > 0 ? closest(typed, [...known]) : undefined;
  return best !== undefined && distance(typed, best) <= Math.max(2, best.length / 3)
    ? `; did you mean \`${best}\`?`
    : '';
};

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? 'nothing';

const problemsOf = (issue: z.core.$ZodIssue, data: unknown, yaml: YamlRead): PolicyProblem[] => {
  const name = issue.path.join('.');
  const line = yaml.lineOf(issue.path);
  const value = valueAt(data, issue.path);
  if (name === 'version') {
    const message =
      value === undefined
        ? '`version` is missing: start the file with `version: 1`'
        : `this Gantry reads version 1 of the file, not ${shown(value)}: write \`version: 1\`, or upgrade Gantry`;
    return [{ line, message }];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      line: yaml.lineOf([...issue.path, key]),
      message: `unknown key \`${[...issue.path, key].join('.').slice(0, 100)}\`${didYouMean(key, keysAt(issue.path))}`,
    }));
  }
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String);
    const hint = typeof value === 'string' ? didYouMean(value, known) : '';
    return [{ line, message: `\`${name}\` is ${shown(value)} but must be one of ${known.join(', ')}${hint}` }];
  }
  return [{ line, message: `\`${name || 'the file'}\`: ${issue.message}` }];
};

const entryProblems = (policy: Policy, yaml: YamlRead): PolicyProblem[] =>
  entryRules.flatMap(({ at, problem }) => {
    const entries = valueAt(policy, at);
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry, index) => {
      const found = problem(String(entry));
      return found === undefined
        ? []
        : [{ line: yaml.lineOf([...at, index]), message: `\`${at.join('.')}\`: "${String(entry)}" ${found}` }];
    });
  });

const reportProblems = (policy: Policy, yaml: YamlRead): PolicyProblem[] =>
  Object.entries(policy.layers).flatMap(([layer, { report } = {}]) =>
    report && /^\/|\\|(^|\/)\.\.(\/|$)/.test(report.path)
      ? [
          {
            line: yaml.lineOf(['layers', layer, 'report', 'path']),
            message: `\`layers.${layer}.report.path\` must stay below the repository root: write it relative, without ".."`,
          },
        ]
      : [],
  );

const judge = (text: string): PolicyText => {
  const yaml = readYaml(text);
  const { data, problems } = yaml;
  if (problems.length > 0) return { status: 'broken', problems };
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return {
      status: 'broken',
      problems: [{ line: 1, message: 'the file must be a mapping that starts with `version: 1`' }],
    };
  }
  const parsed = Policy.safeParse(data);
  if (!parsed.success) {
    const all = parsed.error.issues.flatMap((issue) => problemsOf(issue, data, yaml));
    const otherVersion = Reflect.has(data, 'version') && parsed.error.issues.find(({ path }) => path[0] === 'version');
    return { status: 'broken', problems: otherVersion ? problemsOf(otherVersion, data, yaml) : all };
  }
  const found = [...entryProblems(parsed.data, yaml), ...reportProblems(parsed.data, yaml)];
  return found.length > 0 ? { status: 'broken', problems: found } : { status: 'ok', policy: parsed.data };
};

const bounded = (read: PolicyText): PolicyText => {
  if (read.status === 'ok') return read;
  const problems = read.problems
    .map(({ line, message }) => ({ line, message: message.slice(0, 500) }))
    .sort((left, right) => left.line - right.line)
    .slice(0, mostProblems);
  return { status: 'broken', problems };
};

/** Never throws because of the text. At most 50 problems, by line. */
export const readPolicy = (text: string): PolicyText => {
  if (text.length > longestPolicy) {
    const message = `the file has more than ${longestPolicy} characters, which no policy needs`;
    return { status: 'broken', problems: [{ line: 1, message }] };
  }
  try {
    return bounded(judge(text));
  } catch (error) {
    // The YAML parser recurses; a stack overflow means nesting far beyond what the schema allows.
    if (!(error instanceof RangeError)) throw error;
    return { status: 'broken', problems: [{ line: 1, message: 'the file is nested too deeply' }] };
  }
};
