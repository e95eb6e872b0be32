// Judges the form of an OpenSpec change. What it says about content is for checks and people.
import type { PlanValidation } from '../../src/facts/plan.ts';

export type OpenSpec = {
  /**
   * Runs `openspec validate <changeId> --strict` over exactly these files, in a box. `files` are paths below the repository
   * root (all under openspec/) with their bytes, untrusted. Problems are sentences for a person, at most 50, each with its
   * file. Throws Retryable when the CLI could not run or ran too long: that says nothing about the change.
   */
  validate(changeId: string, files: readonly { path: string; bytes: Uint8Array }[]): Promise<PlanValidation>;
};
