// What a bundle may hold at most, wherever it is inspected.
import type { InspectLimits } from '../../../adapters/git/contract.ts';

/** Chosen by hand: ten times what the largest recorded agent change in the fixtures needs. */
export const bundleLimits: InspectLimits = {
  bytes: 50_000_000,
  files: 3_000,
  fileBytes: 5_000_000,
  depth: 32,
  seconds: 60,
};
