// Reads `.github/harness.yml`. A file with any problem is broken as a whole and never falls back to defaults; all problems
// come back at once, each with its line. The text may come from anyone's head, so it is bounded before it is parsed.
import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { Policy, unverifiedAgents } from '../facts/policy.ts';
import { globProblem } from './glob.ts';
import { harnessSchema } from './schema.ts';
import { type Path, readYaml, type YamlProblem, type YamlRead } from './yaml.ts';

/** `line` counts from 1; `message` is one sentence without a line number that names the field. */
export type PolicyProblem = YamlProblem;
export type PolicyText = { status: 'ok'; policy: Policy } | { status: 'broken'; problems: PolicyProblem[] };

const longestPolicy = 65_536;
const mostProblems = 50;

const hostPattern = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;

const registryProblem = (text: string): string | undefined => {
  const url = URL.parse(text);
  const plain =
    url !== null && text.startsWith('https://') && hostPattern.test(url.hostname) && !url.hostname.includes('*');
  const bare = plain && [url.port, url.username, url.password, url.search, url.hash].every((part) => part === '');
  return bare && url.href.startsWith(text)
    ? undefined
    : 'is not the address of a registry: write it like `https://npm.example.org/team/`, without port, user and query';
};

const loginProblem = (login: string): string | undefined =>
  /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(login) ? undefined : 'is not a GitHub login: leave out the "@" and teams';

/** What the zod schema cannot say about single strings. In `at`, "*" stands for every key or index. */
const stringRules: readonly { at: Path; problem(text: string): string | undefined }[] = [
  { at: ['protected', '*'], problem: globProblem },
  { at: ['gates', 'rules', '*', 'when', 'paths', '*'], problem: globProblem },
  { at: ['gates', 'rules', '*', 'approvers', '*'], problem: loginProblem },
  {
    at: ['egress', '*'],
    problem: (host) => (hostPattern.test(host) ? undefined : 'is not a host name: give names like `api.example.org`'),
  },
  { at: ['registries', '*'], problem: registryProblem },
  {
    at: ['approval', 'approvers', '*'],
    problem: loginProblem,
  },
  {
    at: ['layers', '*', 'report', 'path'],
    problem: (file) =>
      /^\/|\\|(^|\/)\.\.(\/|$)/.test(file)
        ? 'leaves the repository: write it relative to its root, without ".."'
        : undefined,
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
  const begun = typed.length >= 3 ? known.find((name) => name.startsWith(typed)) : undefined;
  const near = known.find(
    (name) => name === closest(typed, [...known]) && distance(typed, name) <= Math.max(2, name.length / 3),
  );
  const best = begun ?? near;
  return best === undefined ? '' : `; did you mean \`${best}\`?`;
};

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? 'nothing';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

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
  if (issue.code === 'invalid_type') {
    const problem = value === undefined ? 'is missing: it' : `is ${shown(value)} but`;
    return [
      { line, message: `\`${name}\` ${problem} must be ${kinds[issue.expected] ?? `of type ${issue.expected}`}` },
    ];
  }
  return [{ line, message: `\`${name}\`: ${issue.message}` }];
};

const valuesAt = (data: unknown, [key, ...rest]: Path, path: Path = []): { path: Path; value: unknown }[] => {
  if (key === undefined) return [{ path, value: data }];
  if (typeof data !== 'object' || data === null) return [];
  const keys = key === '*' ? Object.keys(data) : [key];
  return keys.flatMap((one) => valuesAt(Reflect.get(data, one), rest, [...path, one]));
};

const stringProblems = (data: unknown, yaml: YamlRead): PolicyProblem[] =>
  stringRules.flatMap(({ at, problem }) =>
    valuesAt(data, at).flatMap(({ path, value }) => {
      const found = typeof value === 'string' ? problem(value) : undefined;
      if (found === undefined) return [];
      return [{ line: yaml.lineOf(path), message: `\`${path.join('.')}\`: ${shown(value)} ${found}` }];
    }),
  );

/** `acp` is no agent by itself. */
const acpProblems = (policy: Policy, yaml: YamlRead): PolicyProblem[] =>
  (policy.agent === 'acp' ? (['acp', 'model'] as const) : [])
    .flatMap((name) =>
      policy[name] === undefined
        ? [
            {
              line: yaml.lineOf(['agent']),
              message: `\`agent\` is "acp", which names no agent by itself: say under \`${name}\` ${name === 'acp' ? 'how it is started' : 'which model it asks'}`,
            },
          ]
        : [],
    )
    .concat(
      Object.keys(policy.acp?.files ?? {}).flatMap((file) =>
        (policy.acp?.keeps ?? [])
          .filter((kept) => isKept(file, kept))
          .map((kept) => ({
            line: yaml.lineOf(['acp', 'keeps']),
            message: `\`acp.keeps\` names "${kept}", which holds "${file}" of \`acp.files\`: an agent could change its own settings for the next run. Name a folder that holds nothing but its sessions`,
          })),
      ),
    );

/** A star stands for any part of a path, so what begins like the part before it may be meant. */
const isKept = (file: string, kept: string): boolean =>
  kept.includes('*') ? file.startsWith(kept.slice(0, kept.indexOf('*'))) : file.startsWith(`${kept}/`);

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
  const issues = parsed.error?.issues ?? [];
  const otherVersion = Reflect.has(data, 'version') && issues.find(({ path }) => path[0] === 'version');
  if (otherVersion) return { status: 'broken', problems: problemsOf(otherVersion, data, yaml) };
  const found = [...issues.flatMap((issue) => problemsOf(issue, data, yaml)), ...stringProblems(data, yaml)];
  if (parsed.success && unverifiedAgents.includes(parsed.data.agent) && !parsed.data.unverifiedAgents)
    found.push({
      line: yaml.lineOf(['agent']),
      message: `\`agent\` is ${shown(parsed.data.agent)}, which is switched off because its adapter was never run with the real CLI: add \`unverifiedAgents: true\` to use it all the same`,
    });
  if (parsed.success) found.push(...startProblems(parsed.data, yaml));
  if (parsed.success) found.push(...acpProblems(parsed.data, yaml));
  return parsed.success && found.length === 0
    ? { status: 'ok', policy: parsed.data }
    : { status: 'broken', problems: found };
};

const afterThePlan = ['paths', 'categories', 'files', 'lines'] as const;

/** Before a plan nobody knows what it will touch, or how much: a rule that asks by it would ask always, or never. */
const startProblems = ({ gates }: Policy, yaml: YamlRead): PolicyProblem[] =>
  gates.rules.flatMap((rule, n) => {
    if (rule.stage !== 'start') return [];
    const at: Path = ['gates', 'rules', n];
    const unknown = afterThePlan.filter((key) => rule.when[key] !== undefined);
    return [
      ...unknown.map((key) => ({
        line: yaml.lineOf([...at, 'when', key]),
        message: `\`${[...at, 'when', key].join('.')}\` is not known before there is a plan: ask by \`labels\` at \`stage: start\`, leave \`when\` out to ask about every ticket, or use \`stage: plan\``,
      })),
      ...(rule.approvals === 0 && rule.approvers.length === 0
        ? [
            {
              line: yaml.lineOf([...at, 'approvals']),
              message: `\`${[...at, 'approvals'].join('.')}\` is 0, which asks nobody: without a rule nobody is asked at \`stage: start\`, so leave this rule out`,
            },
          ]
        : []),
    ];
  });

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
