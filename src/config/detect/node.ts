// npm, pnpm and yarn: scripts by their usual names, installation by the lockfile.
import { byUsualNames, type Detected, type Detector } from './detector.ts';

export const node: Detector = async (files) => {
  const text = await files.text('package.json');
  if (text === undefined) return undefined;
  const names = await files.names('');
  const scripts = scriptsOf(text);
  const manager = names.includes('pnpm-lock.yaml') ? 'pnpm' : names.includes('yarn.lock') ? 'yarn' : 'npm';
  const layers = byUsualNames(
    (name) => isReal(scripts[name]),
    (name) => (name === 'test' ? `${manager} test` : `${manager} run ${name}`),
  );
  return { setup: setupOf(manager, names), layers: { ...layers, ...reported(layers, scripts, manager) } };
};

function setupOf(manager: 'npm' | 'pnpm' | 'yarn', names: readonly string[]): string {
  if (manager === 'pnpm') return 'pnpm install --frozen-lockfile';
  // Yarn from 2 on has a settings file of its own and another name for the same option.
  if (manager === 'yarn')
    return names.includes('.yarnrc.yml') ? 'yarn install --immutable' : 'yarn install --frozen-lockfile';
  return names.includes('package-lock.json') || names.includes('npm-shrinkwrap.json') ? 'npm ci' : 'npm install';
}

/** Vitest writes JUnit by itself; other runners need a package or another command line, which people add. */
function reported(layers: Detected['layers'], scripts: Record<string, unknown>, manager: string): Detected['layers'] {
  const script = layers.unit?.run.split(' ').at(-1) ?? '';
  const body = scripts[script];
  if (typeof body !== 'string' || !/^vitest(?: run)?$/.test(body.trim())) return {};
  const path = 'reports/unit.xml';
  const dashes = manager === 'yarn' ? '' : '-- ';
  const once = body.includes('run') ? '' : '--run ';
  return {
    unit: {
      run: `${layers.unit?.run} ${dashes}${once}--reporter=junit --outputFile=${path}`,
      report: { format: 'junit', path },
    },
  };
}

/** npm's own placeholder is not a test. */
const isReal = (script: unknown): boolean =>
  typeof script === 'string' && script.trim() !== '' && !/no test specified/.test(script);

function scriptsOf(text: string): Record<string, unknown> {
  try {
    return { ...Object(Object(JSON.parse(text)).scripts) };
  } catch {
    // A package.json that is no JSON is the repository's own trouble; nothing is detected from it.
    return {};
  }
}
