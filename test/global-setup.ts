// One folder for what the tests of a run share, gone with the run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** An empty folder at first. */
    shared: string;
  }
}

export function setup(project: TestProject): () => void {
  const shared = mkdtempSync(path.join(tmpdir(), 'gantry-test-run-'));
  project.provide('shared', shared);
  return () => rmSync(shared, { recursive: true, force: true });
}
