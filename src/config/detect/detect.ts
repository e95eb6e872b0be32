// Guesses a repository's layer commands from the files that its tools leave. Only fixed commands come out: nothing that
// a file says is copied into a command line.
import { cargo, go, make } from './compiled.ts';
import type { Detected, Detector, RepositoryFiles } from './detector.ts';
import { node } from './node.ts';
import { python } from './python.ts';

/** In order of precedence: a Makefile mostly calls the others, so it fills what they leave open. */
const detectors: readonly Detector[] = [node, python, go, cargo, make];

/** The first toolchain that has a layer gives it; setups of several are joined. */
export async function detect(files: RepositoryFiles): Promise<Detected> {
  const found = (await Promise.all(detectors.map((detector) => detector(files)))).filter((one) => one !== undefined);
  const setups = found.flatMap(({ setup }) => (setup === undefined ? [] : [setup]));
  return {
    setup: setups.length === 0 ? undefined : setups.join(' && '),
    layers: Object.assign({}, ...found.map(({ layers }) => layers).reverse()) as Detected['layers'],
  };
}
