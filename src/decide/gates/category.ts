// What kind of thing a path is, by its name alone. A path may be of several kinds; one of no other kind is code.
import type { Category } from '../../facts/policy.ts';

const patterns: readonly (readonly [Category, RegExp])[] = [
  ['infra', /(^|\/)(\.github|infra|terraform|deploy|deployment|k8s|helm|charts|ansible)\//i],
  [
    'infra',
    /(^|\/)(dockerfile[^/]*|(docker-)?compose[^/]*\.ya?ml|jenkinsfile|[^/]+\.tf|[^/]+\.tfvars|\.gitlab-ci\.yml)$/i,
  ],
  ['deps', /(^|\/)(package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/i],
  ['deps', /(^|\/)(requirements[^/]*\.txt|pyproject\.toml|poetry\.lock|uv\.lock|pipfile(\.lock)?|setup\.(py|cfg))$/i],
  ['deps', /(^|\/)(go\.(mod|sum)|cargo\.(toml|lock)|gemfile(\.lock)?|[^/]+\.gemspec|composer\.(json|lock))$/i],
  ['deps', /(^|\/)(pom\.xml|build\.gradle(\.kts)?|gradle\.lockfile|[^/]+\.csproj|packages\.lock\.json)$/i],
  [
    'schema',
    /(^|\/)(migrations?|schema|schemas)\/|\.(sql|prisma|proto|graphql|avsc)$|(^|\/)(schema|openapi)\.[a-z]+$/i,
  ],
  [
    'auth',
    /(^|[/._-])(o?auth[a-z0-9]*|login|sessions?|permissions?|rbac|acl|credentials?|crypto|passwords?|tokens?|secrets?)([/._-]|$)/i,
  ],
  [
    'tests',
    /^(tests?|spec|e2e)\/|(^|\/)__tests__\/|[._-](test|spec)\.[a-z]+$|(^|\/)test_[^/]+\.py$|_test\.(go|py|rb)$/i,
  ],
  ['docs', /^docs?\/|\.(md|mdx|rst|adoc)$/i],
];

/** Agents read these as orders, and plans are made of them: they look like documentation and are not. */
const orders =
  /(^|\/)((agents|claude|gemini|skill|copilot-instructions)\.md$|openspec\/|\.(claude|codex|gemini|cursor)\/)/i;

export function categoriesOf(path: string): Category[] {
  const found = patterns.flatMap(([category, pattern]) => (pattern.test(path) ? [category] : []));
  const kinds = [...new Set(found)].filter((kind) => kind !== 'docs' || !orders.test(path));
  return kinds.length > 0 ? kinds : ['code'];
}

const harmless: readonly Category[] = ['docs', 'tests'];

/** Nothing but documentation and tests. A glob is so only by the folder that it is held to, for its names are not known. */
export const isHarmless = (path: string): boolean =>
  /[*?{]/.test(path)
    ? /^(docs?|tests?|spec|e2e)\//.test(path)
    : categoriesOf(path).every((one) => harmless.includes(one));
