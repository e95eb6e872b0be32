// Which files of a changed tree do not count: what steers or is the test suite comes from the base, not from the change (trust.md 4).
import type { ChangedFile } from '../../../adapters/git/contract.ts';
import { anyOf } from '../../config/glob.ts';

/** `restore`: the base's content is put back. `remove`: the base has no such file, and it would steer the tests. */
export type Restoration = { path: string; how: 'restore' | 'remove' };

/** Existing ones stay as the base has them; new ones are what a change is expected to bring. */
const tests = [
  '**/{test,tests,__tests__,__snapshots__,spec,e2e,testdata,cypress}/**',
  '**/*{.,_,-}{test,tests,spec}.*',
  '**/test_*.py',
  '**/*.snap',
];

/** Named in camel case: without case, Latest.java would be a test. */
const camelTests = ['**/Test*.{java,kt,cs}', '**/*{Test,Tests,IT,Spec}.{java,kt,scala,groovy,cs,php,swift}'];

/** Like tests: what exists is kept, a new one runs only where something that exists calls it. */
const scripts = [
  '{scripts,script,tools,ci,hack}/**',
  '**/*.{sh,bash,ps1,bat,cmd,mk}',
  '**/{gradlew,mvnw}',
  '**/{.mvn,gradle}/**',
];

/** What runs the tests, builds for them, or judges style, by its name alone: a new one steers as an edited one does. */
const settings = [
  '{.github,.circleci,.ci}/**',
  '**/node_modules/**',
  '**/{.gitlab-ci.yml,azure-pipelines.yml,Jenkinsfile,appveyor.yml,.travis.yml}',
  '**/{Makefile,GNUmakefile,justfile,Taskfile.yml,Rakefile,Dockerfile,docker-compose.yml,compose.yml}',
  '**/{package.json,package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml,pnpm-workspace.yaml,bun.lock}',
  '**/{deno.json,deno.lock,tsconfig*.json,jsconfig*.json,*.config.*,karma.conf.js,biome.json,biome.jsonc}',
  '**/{nx.json,turbo.json,lerna.json,rush.json,.pnpmfile.cjs,.yarnrc.yml,.nvmrc,.node-version,.tool-versions}',
  '**/.*{rc,ignore}',
  '**/.*rc.{json,js,cjs,mjs,ts,yml,yaml}',
  '**/.env*',
  '**/.editorconfig',
  '**/{pyproject.toml,setup.py,setup.cfg,tox.ini,noxfile.py,pytest.ini,mypy.ini,ruff.toml,.ruff.toml,.flake8}',
  '**/{conftest.py,sitecustomize.py,usercustomize.py,.python-version}',
  '**/{requirements*.txt,Pipfile,Pipfile.lock,poetry.lock,uv.lock}',
  '**/{Cargo.toml,Cargo.lock,build.rs,clippy.toml,rustfmt.toml,rust-toolchain,rust-toolchain.toml}',
  '**/.cargo/**',
  '**/{go.mod,go.sum,go.work,.golangci.yml,.golangci.yaml}',
  '**/{pom.xml,build.gradle,build.gradle.kts,settings.gradle,settings.gradle.kts,gradle.properties}',
  '**/{Gemfile,Gemfile.lock,.rspec,.rubocop.yml,.ruby-version,composer.json,composer.lock,phpunit.xml*,phpstan.neon}',
  '**/*.{csproj,fsproj,sln,props,targets,runsettings}',
  '**/{CMakeLists.txt,meson.build,BUILD,BUILD.bazel,WORKSPACE,MODULE.bazel}',
];

/** The plan files of OpenSpec are prose, whatever their folders are called; anything else there may be code. */
const prose = ['openspec/**/*.md', 'openspec/**/test-plan.json', 'openspec/**/.openspec.yaml'];

const ignoreCase = true;
const isProse = anyOf(prose, { ignoreCase });
const isKept = anyOf([...tests, ...scripts], { ignoreCase });
const isCamelTest = anyOf(camelTests);
const isSetting = anyOf(settings, { ignoreCase });

/**
 * Pure. `changed` is base against head with renames found. A path counts as named when it stands in `scope` letter by
 * letter: a reviewer who approved `test/**` did not approve an edit of one particular test.
 */
export function restorations(changed: readonly ChangedFile[], scope: readonly string[]): Restoration[] {
  const named = new Set(scope);
  const found: Restoration[] = [];
  for (const file of changed) {
    // What the base had under that path; a copy leaves its source alone.
    const atBase =
      file.status === 'renamed'
        ? file.from
        : file.status === 'added' || file.status === 'copied'
          ? undefined
          : file.path;
    if (atBase !== undefined && !named.has(atBase) && guarded(atBase)) found.push({ path: atBase, how: 'restore' });
    const isNew = atBase !== file.path;
    if (isNew && !named.has(file.path) && !isProse(file.path) && isSetting(file.path))
      found.push({ path: file.path, how: 'remove' });
  }
  return found;
}

const guarded = (path: string): boolean => !isProse(path) && (isKept(path) || isCamelTest(path) || isSetting(path));
