// Which files of a changed tree do not count: what steers or is the test suite comes from the base, not from the change (trust.md 4).
import type { ChangedFile } from '../../../adapters/git/contract.ts';
import { readGlob } from '../../config/glob.ts';
import { Bug } from '../../errors.ts';

/** `restore`: the base's content is put back. `remove`: the base has no such file, and it would steer the tests. */
export type Restoration = { path: string; how: 'restore' | 'remove' };

/** Existing ones are kept as the base has them; new ones are what a change is expected to bring. */
const tests = [
  '**/{test,tests,__tests__,__snapshots__,spec,e2e,testdata,cypress}/**',
  '**/*{.,_,-}{test,tests,spec}.*',
  '**/{test_,Test}*.{py,rb,php,java,kt,cs}',
  '**/*{Test,Tests,IT,Spec}.{java,kt,scala,groovy,cs,php,swift}',
  '**/conftest.py',
  '**/*.snap',
];

/** What runs the tests, builds for them, or judges style: a new one steers just as an edited one does. */
const steering = [
  '.github/**',
  '**/{.gitlab-ci.yml,azure-pipelines.yml,Jenkinsfile,appveyor.yml,.travis.yml}',
  '.circleci/**',
  '{scripts,script,bin,tools,ci,.ci,build,hack}/**',
  '**/*.{sh,bash,ps1,bat,cmd,mk}',
  '**/{Makefile,makefile,GNUmakefile,justfile,Justfile,Taskfile.yml,Rakefile,Dockerfile,docker-compose.yml,compose.yml}',
  '**/{package.json,package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml,pnpm-workspace.yaml,bun.lock,deno.json,deno.lock}',
  '**/{tsconfig*.json,jsconfig*.json,*.config.*,*.conf.*,*rc.json,*rc.js,*rc.cjs,*rc.mjs,*rc.yml,*rc.yaml,biome.json,biome.jsonc}',
  '**/.{npmrc,yarnrc,yarnrc.yml,pnpmfile.cjs,nvmrc,node-version,tool-versions,python-version,ruby-version}',
  '**/.{eslintrc,eslintignore,prettierrc,prettierignore,stylelintrc,babelrc,swcrc,mocharc,nycrc,c8rc,taprc,editorconfig,env}*',
  '**/{pyproject.toml,setup.py,setup.cfg,tox.ini,noxfile.py,pytest.ini,.coveragerc,mypy.ini,ruff.toml,.ruff.toml,.flake8,.pylintrc}',
  '**/{requirements*.txt,Pipfile,Pipfile.lock,poetry.lock,uv.lock}',
  '**/{Cargo.toml,Cargo.lock,build.rs,clippy.toml,rustfmt.toml,rust-toolchain,rust-toolchain.toml,.golangci.yml,go.mod,go.sum}',
  '**/.cargo/**',
  '**/{pom.xml,build.gradle,build.gradle.kts,settings.gradle,settings.gradle.kts,gradle.properties,gradlew,mvnw}',
  '**/{.mvn,gradle}/**',
  '**/{Gemfile,Gemfile.lock,.rspec,.rubocop.yml,composer.json,composer.lock,phpunit.xml,phpunit.xml.dist,phpstan.neon}',
  '**/*.{csproj,fsproj,sln,props,targets,runsettings}',
  '**/sitecustomize.py',
  '**/{global.json,nx.json,turbo.json,lerna.json,rush.json,karma.conf.js,CMakeLists.txt,meson.build,BUILD,BUILD.bazel,WORKSPACE}',
];

/** An OpenSpec change is prose, whatever its folders are called. */
const prose = ['openspec/**'];

const matcher = (globs: readonly string[]) => {
  const read = globs.map((glob) => {
    const parsed = readGlob(glob, { ignoreCase: true });
    if (parsed.status === 'broken') throw new Bug(`the built-in glob "${glob}" ${parsed.problem}`);
    return parsed.matches;
  });
  return (path: string) => read.some((matches) => matches(path));
};

const isProse = matcher(prose);
const isTest = matcher(tests);
const isSteering = matcher(steering);

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
    if (isNew && !named.has(file.path) && !isProse(file.path) && isSteering(file.path) && !isNewTest(file.path))
      found.push({ path: file.path, how: 'remove' });
  }
  return found;
}

const guarded = (path: string): boolean => !isProse(path) && (isTest(path) || isSteering(path));

/** A new file in a test folder, or named as a test, may look like a script; it steers nothing that exists. */
const isNewTest = (path: string): boolean =>
  isTest(path) && !/(^|\/)(\.[^/]*|[^/]*\.config\.[^/]*|conftest\.py|package\.json)$/i.test(path);
