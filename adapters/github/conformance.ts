// The suite that every implementation of the contract passes, and that ties the local world to the client that GitHub sees.
import { describe } from 'vitest';
import { testReads } from './conformance-reads.ts';
import type { OpenScene } from './conformance-scene.ts';
import { testWrites } from './conformance-writes.ts';

export type { Scene } from './conformance-scene.ts';

/** `open` gives each test a scene of its own. */
export function testGitHub(name: string, open: OpenScene): void {
  describe(`GitHub: ${name}`, () => {
    testReads(open);
    testWrites(open);
  });
}
