// What a detector of one toolchain says, and what several of them share.
import type { LayerName } from '../../facts/policy.ts';

/** The files at the top of a tree. Anyone's, so their size is bounded by whoever opens them. */
export type RepositoryFiles = {
  /** Undefined: absent, not an ordinary file, or over 1 MB. `name` is relative to the top. */
  text(name: string): Promise<string | undefined>;
  /** Names directly in a folder, '' for the top; empty where there is no such folder. */
  names(folder: string): Promise<string[]>;
};

export type DetectedLayer = { run: string; report?: { format: 'junit'; path: string } };

/** What one toolchain brings; `setup` prepares a fresh checkout. */
export type Detected = { setup?: string | undefined; layers: Partial<Record<LayerName, DetectedLayer>> };
/** Undefined: the repository does not use it. */
export type Detector = (files: RepositoryFiles) => Promise<Detected | undefined>;

/** Layers from the names that people usually give their scripts or targets; the first name that is there counts. */
export function byUsualNames(has: (name: string) => boolean, command: (name: string) => string): Detected['layers'] {
  const checks = ['lint', 'typecheck', 'type-check', 'check-types', 'types'].filter(has);
  const first = (...names: string[]): DetectedLayer | undefined => {
    const name = names.find(has);
    return name === undefined ? undefined : { run: command(name) };
  };
  const statically = checks.length > 0 ? { run: checks.map(command).join(' && ') } : undefined;
  const layers = {
    static: statically,
    unit: first('test:unit', 'test-unit', 'unit', 'test'),
    integration: first('test:integration', 'test-integration', 'integration', 'test:e2e', 'e2e'),
    smoke: first('test:smoke', 'test-smoke', 'smoke'),
  };
  return Object.fromEntries(Object.entries(layers).filter(([, layer]) => layer !== undefined));
}
