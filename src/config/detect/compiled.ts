// Go, Cargo and Make.
import { byUsualNames, type Detector } from './detector.ts';

export const go: Detector = async (files) =>
  (await files.text('go.mod')) === undefined
    ? undefined
    : { setup: 'go mod download', layers: { static: { run: 'go vet ./...' }, unit: { run: 'go test ./...' } } };

export const cargo: Detector = async (files) =>
  (await files.text('Cargo.toml')) === undefined
    ? undefined
    : {
        setup: 'cargo fetch',
        layers: { static: { run: 'cargo check --all-targets' }, unit: { run: 'cargo test' } },
      };

export const make: Detector = async (files) => {
  const text = (await files.text('Makefile')) ?? (await files.text('makefile')) ?? (await files.text('GNUmakefile'));
  if (text === undefined) return undefined;
  // A target's line starts at its name and has a colon that is no assignment.
  const targets = new Set([...text.matchAll(/^([a-z][a-z-]*)\s*:(?!=)/gm)].map((match) => match[1]));
  return {
    layers: byUsualNames(
      (name) => targets.has(name),
      (name) => `make ${name}`,
    ),
  };
};
