// One script of one step: its shell, its environment, and the files through which it talks back.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnvFile } from './env-file.ts';
import type { JobMachine, StepEnd } from './job-machine.ts';

const shells: Record<string, { argv: string[]; file: string }> = {
  default: { argv: ['bash', '-e'], file: 'script.sh' },
  bash: { argv: ['bash', '--noprofile', '--norc', '-eo', 'pipefail'], file: 'script.sh' },
  sh: { argv: ['sh', '-e'], file: 'script.sh' },
  python: { argv: ['python3'], file: 'script.py' },
  node: { argv: ['node'], file: 'script.cjs' },
};

export async function runScript(
  machine: JobMachine,
  script: { text: string; shell?: string | undefined; cwd: string; env: Record<string, string> },
): Promise<StepEnd> {
  const shell = shells[script.shell ?? 'default'];
  if (!shell) throw new Error(`The shell '${script.shell}' is not known to the local Actions host`);
  const folder = mkdtempSync(path.join(machine.temp, 'step-'));
  try {
    writeFileSync(path.join(folder, shell.file), script.text);
    return await runIn(machine, folder, [...shell.argv, path.join(folder, shell.file)], script);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a program with the files of a step in `folder`. */
async function runIn(
  machine: JobMachine,
  folder: string,
  argv: string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<StepEnd> {
  const file = (name: string) => path.join(folder, name);
  for (const name of ['output', 'env', 'path', 'state', 'summary']) writeFileSync(file(name), '');
  mkdirSync(options.cwd, { recursive: true });
  const code = await machine.groups.run(argv, {
    cwd: options.cwd,
    env: {
      ...machine.processEnv,
      ...options.env,
      PATH: [...machine.paths, machine.processEnv.PATH].join(path.delimiter),
      GITHUB_OUTPUT: file('output'),
      GITHUB_ENV: file('env'),
      GITHUB_PATH: file('path'),
      GITHUB_STATE: file('state'),
      GITHUB_STEP_SUMMARY: file('summary'),
    },
  });
  if (code !== 0) machine.log.line(`##[error]Process completed with exit code ${code ?? 'none: it was killed'}.`);
  const read = (name: string) => readFileSync(file(name), 'utf8');
  Object.assign(machine.env, parseEnvFile(read('env')));
  machine.paths.unshift(...read('path').split('\n').filter(Boolean).reverse());
  machine.summary += read('summary');
  return { conclusion: code === 0 ? 'success' : 'failure', outputs: parseEnvFile(read('output')) };
}
