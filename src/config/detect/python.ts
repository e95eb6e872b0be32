// Python: ruff and pytest, installed the way the lockfile says.
import type { Detected, Detector } from './detector.ts';

export const python: Detector = async (files) => {
  const names = await files.names('');
  const project = (await files.text('pyproject.toml')) ?? '';
  const requirements = names.filter((name) => /^requirements[\w.-]*\.txt$/.test(name)).sort();
  if (project === '' && requirements.length === 0 && !names.includes('setup.py')) return undefined;
  const wanted = [
    project,
    ...(await Promise.all(requirements.map(async (name) => (await files.text(name)) ?? ''))),
  ].join('\n');
  const prefix = names.includes('uv.lock') ? 'uv run ' : names.includes('poetry.lock') ? 'poetry run ' : 'python -m ';
  const layers: Detected['layers'] = {};
  if (names.includes('ruff.toml') || names.includes('.ruff.toml') || /\bruff\b/.test(wanted))
    layers.static = { run: `${prefix}ruff check .` };
  const tests = await files.names('tests');
  if (
    names.includes('pytest.ini') ||
    names.includes('conftest.py') ||
    /\bpytest\b/.test(wanted) ||
    tests.includes('conftest.py')
  ) {
    const path = 'reports/unit.xml';
    layers.unit = { run: `${prefix}pytest --junitxml=${path}`, report: { format: 'junit', path } };
  }
  return { setup: setupOf(names, requirements, project !== ''), layers };
};

function setupOf(names: readonly string[], requirements: readonly string[], project: boolean): string {
  if (names.includes('uv.lock')) return 'uv sync --frozen';
  if (names.includes('poetry.lock')) return 'poetry install --no-interaction';
  if (requirements.length > 0) return `python -m pip install ${requirements.map((name) => `-r ${name}`).join(' ')}`;
  return project ? 'python -m pip install .' : 'python -m pip install -e .';
}
